import { add, array, cumsum, max, mul, type NDArray, sum } from "@gradfold/core";
import { scan } from "@gradfold/autodiff";
import { afterEach, expect, test, vi } from "vitest";
import { jit } from "../src/index.ts";
import { disassemble } from "./disassemble.ts";
import { noise } from "./bits.ts";

afterEach(() => vi.unstubAllGlobals());

/** The code that is made for a call. */
const codeOf = (f: (...xs: readonly NDArray[]) => unknown, ...xs: readonly NDArray[]): string => {
  const made: string[] = [];
  const real = WebAssembly;
  const Module = function (bytes: Uint8Array<ArrayBuffer>) {
    made.push(disassemble(bytes));
    return new real.Module(bytes);
  };
  vi.stubGlobal("WebAssembly", { validate: real.validate, Module, Instance: real.Instance, Memory: real.Memory });
  jit(f)(...xs);
  return made.join("\n");
};

test("The code of a map and two reductions that share a loop", () => {
  const f = (x: NDArray = array(0)) => [sum(mul(x, x)), max(x)];
  expect(codeOf(f, noise(1, [24]))).toMatchInlineSnapshot(`
    "function 0: 2 i32, 6 v128
      v128.const f32x4 0 0 0 0
      local.set 2
      v128.const f32x4 -Infinity -Infinity -Infinity -Infinity
      local.set 3
      i32.const 0
      local.set 0
      local.get 2
      local.set 4
      local.get 2
      local.set 2
      local.get 3
      local.set 5
      local.get 3
      local.set 3
      i32.const 0
      local.set 1
      loop
        local.get 0
        v128.load offset=0
        local.set 6
        local.get 6
        local.get 6
        f32x4.mul
        local.set 7
        local.get 4
        local.get 7
        f32x4.add
        local.set 4
        local.get 5
        local.get 6
        f32x4.max
        local.set 5
        local.get 0
        v128.load offset=16
        local.set 6
        local.get 6
        local.get 6
        f32x4.mul
        local.set 7
        local.get 2
        local.get 7
        f32x4.add
        local.set 2
        local.get 3
        local.get 6
        f32x4.max
        local.set 3
        local.get 0
        i32.const 32
        i32.add
        local.set 0
        local.get 1
        i32.const 8
        i32.add
        local.tee 1
        i32.const 24
        i32.lt_u
        br_if 0
      end
      local.get 4
      local.get 2
      f32x4.add
      local.set 4
      local.get 4
      local.get 4
      local.get 4
      i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7
      f32x4.add
      local.set 4
      local.get 4
      local.get 4
      local.get 4
      i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 0 1 2 3
      f32x4.add
      local.set 4
      i32.const 0
      local.get 4
      v128.store32_lane offset=128 0
      local.get 5
      local.get 3
      f32x4.max
      local.set 5
      local.get 5
      local.get 5
      local.get 5
      i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7
      f32x4.max
      local.set 5
      local.get 5
      local.get 5
      local.get 5
      i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 0 1 2 3
      f32x4.max
      local.set 5
      i32.const 0
      local.get 5
      v128.store32_lane offset=192 0"
  `);
});

test("The code of a loop", () => {
  const f = (x: NDArray = array(0), rows: NDArray = array(0)) =>
    scan((c: NDArray, row: NDArray) => [add(c, row), c] as const, x, rows);
  expect(codeOf(f, noise(1, [2]), noise(2, [5, 2]))).toMatchInlineSnapshot(`
    "function 0: 1 i32, 2 v128
      i32.const 0
      local.set 0
      local.get 0
      v128.load offset=160
      local.set 1
      local.get 0
      v128.load offset=320
      local.set 2
      local.get 1
      local.get 2
      f32x4.add
      local.set 2
      local.get 0
      local.get 2
      v128.store offset=384
    function 1: 1 i32
      i32.const 160
      i32.const 0
      v128.load offset=0
      v128.store offset=0
      i32.const 0
      local.set 0
      local.get 0
      i32.const 5
      i32.lt_u
      if
        loop
          i32.const 320
          i32.const 64
          local.get 0
          i32.const 8
          i32.mul
          i32.add
          v128.load offset=0
          v128.store offset=0
          call 0
          i32.const 224
          local.get 0
          i32.const 8
          i32.mul
          i32.add
          i32.const 160
          v128.load offset=0
          v128.store offset=0
          i32.const 160
          i32.const 384
          v128.load offset=0
          v128.store offset=0
          local.get 0
          i32.const 1
          i32.add
          local.set 0
          local.get 0
          i32.const 5
          i32.lt_u
          br_if 0
        end
      end"
  `);
});

test("The code of a routine", () => {
  const f = (x: NDArray = array(0)) => cumsum(x);
  expect(codeOf(f, noise(1, [6]))).toMatchInlineSnapshot(`
    "function 0: 10 i32, 3 f64
      i32.const 6
      local.set 0
      i32.const 1
      local.set 1
      local.get 0
      local.get 1
      i32.mul
      local.set 2
      i32.const 1
      local.set 3
      i32.const 0
      local.set 4
      local.get 4
      local.get 3
      i32.lt_s
      if
        loop
          local.get 4
          local.get 2
          i32.mul
          local.set 5
          local.get 5
          local.get 2
          i32.add
          local.set 6
          local.get 1
          i32.const 1
          i32.eq
          local.set 7
          local.get 5
          local.get 6
          i32.lt_s
          local.set 8
          local.get 7
          local.get 8
          i32.and
          local.set 8
          local.get 8
          if
            local.get 5
            i32.const 2
            i32.shl
            f32.load offset=0
            f64.promote_f32
            local.set 10
            local.get 10
            local.set 10
            local.get 10
            local.set 11
            local.get 5
            i32.const 2
            i32.shl
            local.get 11
            f32.demote_f64
            f32.store offset=64
            local.get 5
            i32.const 1
            i32.add
            local.set 8
            local.get 8
            local.set 8
            local.get 8
            local.get 6
            i32.lt_s
            if
              loop
                local.get 10
                local.set 11
                local.get 8
                i32.const 2
                i32.shl
                f32.load offset=0
                f64.promote_f32
                local.set 12
                local.get 11
                local.get 12
                f64.add
                local.set 12
                local.get 12
                f32.demote_f64
                f64.promote_f32
                local.set 12
                local.get 12
                local.set 10
                local.get 10
                local.set 12
                local.get 8
                i32.const 2
                i32.shl
                local.get 12
                f32.demote_f64
                f32.store offset=64
                local.get 8
                i32.const 1
                i32.add
                local.set 8
                local.get 8
                local.get 6
                i32.lt_s
                br_if 0
              end
            end
          end
          i32.const 1
          local.get 1
          i32.lt_s
          local.set 8
          local.get 8
          if
            i32.const 0
            local.set 8
            local.get 8
            local.get 0
            i32.lt_s
            if
              loop
                local.get 8
                local.get 1
                i32.mul
                local.set 6
                local.get 5
                local.get 6
                i32.add
                local.set 6
                local.get 6
                i32.const 2
                i32.shl
                i32.const 0
                i32.add
                local.set 7
                local.get 6
                i32.const 2
                i32.shl
                i32.const 64
                i32.add
                local.set 9
                local.get 9
                local.get 7
                f32.load offset=0
                f32.store offset=0
                i32.const 0
                local.get 8
                i32.lt_s
                local.set 7
                local.get 7
                if
                  local.get 6
                  local.get 1
                  i32.sub
                  local.set 7
                  local.get 7
                  i32.const 2
                  i32.shl
                  i32.const 64
                  i32.add
                  local.set 7
                  local.get 6
                  i32.const 2
                  i32.shl
                  i32.const 64
                  i32.add
                  local.set 6
                  local.get 6
                  local.get 6
                  v128.load32_splat offset=0
                  local.get 7
                  v128.load32_splat offset=0
                  f32x4.add
                  v128.store32_lane offset=0 0
                end
                local.get 8
                i32.const 1
                i32.add
                local.set 8
                local.get 8
                local.get 0
                i32.lt_s
                br_if 0
              end
            end
          end
          local.get 4
          i32.const 1
          i32.add
          local.set 4
          local.get 4
          local.get 3
          i32.lt_s
          br_if 0
        end
      end
    function 1: 
      call 0"
  `);
});
