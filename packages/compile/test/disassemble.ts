/* WebAssembly as text, by the names of its specification: only what the compiler emits for floats. */

const plain: Readonly<Record<number, string>> = {
  0x0f: "return",
  0x1b: "select",
  0x45: "i32.eqz",
  0x46: "i32.eq",
  0x48: "i32.lt_s",
  0x49: "i32.lt_u",
  0x4c: "i32.le_s",
  0x62: "f64.ne",
  0x63: "f64.lt",
  0x65: "f64.le",
  0x6a: "i32.add",
  0x6b: "i32.sub",
  0x6c: "i32.mul",
  0x71: "i32.and",
  0x72: "i32.or",
  0x74: "i32.shl",
  0x9a: "f64.neg",
  0xa0: "f64.add",
  0xa2: "f64.mul",
  0xb6: "f32.demote_f64",
  0xb7: "f64.convert_i32_s",
  0xbb: "f64.promote_f32",
};

const vector: Readonly<Record<number, string>> = {
  78: "v128.and",
  80: "v128.or",
  81: "v128.xor",
  82: "v128.bitselect",
  227: "f32x4.sqrt",
  228: "f32x4.add",
  229: "f32x4.sub",
  230: "f32x4.mul",
  231: "f32x4.div",
  233: "f32x4.max",
  240: "f64x2.add",
  241: "f64x2.sub",
  242: "f64x2.mul",
  243: "f64x2.div",
};

const vectorAccess: Readonly<Record<number, string>> = {
  0: "v128.load",
  9: "v128.load32_splat",
  10: "v128.load64_splat",
  11: "v128.store",
};

const laneAccess: Readonly<Record<number, string>> = {
  86: "v128.load32_lane",
  87: "v128.load64_lane",
  90: "v128.store32_lane",
  91: "v128.store64_lane",
};

const scalarAccess: Readonly<Record<number, string>> = {
  0x2a: "f32.load",
  0x2b: "f64.load",
  0x38: "f32.store",
  0x39: "f64.store",
};

const onIndex: Readonly<Record<number, string>> = {
  0x0c: "br",
  0x0d: "br_if",
  0x10: "call",
  0x20: "local.get",
  0x21: "local.set",
  0x22: "local.tee",
};

interface Reader {
  readonly at: () => number;
  readonly byte: () => number;
  readonly unsigned: () => number;
  readonly signed: () => number;
  readonly skip: (count: number) => readonly number[];
}

const readerOf = (bytes: Uint8Array): Reader => {
  let at = 0;
  const byte = (): number => bytes[at++] ?? 0;
  const number = (): { readonly value: number; readonly bits: number } => {
    let [value, bits] = [0, 0];
    for (;;) {
      const next = byte();
      value += (next & 127) * 2 ** bits;
      bits += 7;
      if (next < 128) return { value, bits };
    }
  };
  return {
    at: () => at,
    byte,
    unsigned: () => number().value,
    signed: () => {
      const { value, bits } = number();
      return value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
    },
    skip: (count) => Array.from({ length: count }, byte),
  };
};

const floats = (bytes: readonly number[]): string => {
  const view = new DataView(Uint8Array.from(bytes).buffer);
  return [0, 4, 8, 12].map((place) => view.getFloat32(place, true)).join(" ");
};

/** The next instruction, and how it changes the depth: before it, and behind it. */
const instruction = (r: Reader): { readonly text: string; readonly before: number; readonly behind: number } => {
  const code = r.byte();
  const here = (text: string, before = 0, behind = 0) => ({ text, before, behind });
  if (code === 0x03 || code === 0x04) {
    r.byte();
    return here(code === 0x03 ? "loop" : "if", 0, 1);
  }
  if (code === 0x05) return here("else", -1, 1);
  if (code === 0x0b) return here("end", -1);
  if (code === 0x41) return here(`i32.const ${r.signed()}`);
  if (code === 0x44) return here(`f64.const ${new Float64Array(Uint8Array.from(r.skip(8)).buffer)[0]}`);
  if (code in onIndex) return here(`${onIndex[code]} ${r.unsigned()}`);
  if (code in scalarAccess) {
    r.byte();
    return here(`${scalarAccess[code]} offset=${r.unsigned()}`);
  }
  if (code === 0xfc) {
    const which = r.unsigned();
    r.skip(which === 10 ? 2 : which === 11 ? 1 : 0);
    return here({ 2: "i32.trunc_sat_f64_s", 10: "memory.copy", 11: "memory.fill" }[which] ?? `fc ${which}`);
  }
  if (code !== 0xfd) return here(plain[code] ?? `unknown ${code}`);
  const which = r.unsigned();
  if (which === 12) return here(`v128.const f32x4 ${floats(r.skip(16))}`);
  if (which === 13) return here(`i8x16.shuffle ${r.skip(16).join(" ")}`);
  if (which in vectorAccess || which in laneAccess) {
    r.byte();
    const offset = r.unsigned();
    const name = vectorAccess[which] ?? laneAccess[which];
    return here(`${name} offset=${offset}${which in laneAccess ? ` ${r.byte()}` : ""}`);
  }
  return here(vector[which] ?? `unknown fd ${which}`);
};

/** Calls a reader at the start of each function's body, behind the locals, with the place where the body ends. */
const eachFunction = (
  r: Reader,
  length: number,
  visit: (f: number, locals: readonly (readonly [count: number, type: number])[], start: number, end: number) => void,
): void => {
  r.skip(8);
  while (r.at() < length) {
    const section = r.byte();
    const size = r.unsigned();
    if (section !== 10) {
      r.skip(size);
      continue;
    }
    const count = r.unsigned();
    for (let f = 0; f < count; f++) {
      const bytes = r.unsigned();
      const start = r.at();
      const locals = Array.from({ length: r.unsigned() }, () => [r.unsigned(), r.byte()] as const);
      visit(f, locals, start, start + bytes);
    }
  }
};

/** The functions of a module: how many bytes and locals each has. */
export const functionsIn = (bytes: Uint8Array): readonly { readonly bytes: number; readonly locals: number }[] => {
  const r = readerOf(bytes);
  const found: { readonly bytes: number; readonly locals: number }[] = [];
  eachFunction(r, bytes.length, (_, locals, start, end) => {
    found.push({ bytes: end - start, locals: locals.reduce((sum, [count]) => sum + count, 0) });
    r.skip(end - r.at());
  });
  return found;
};

/** The functions of a module, one after another. */
export const disassemble = (bytes: Uint8Array): string => {
  const r = readerOf(bytes);
  const lines: string[] = [];
  eachFunction(r, bytes.length, (f, all, _, end) => {
    const locals = all.map(([many, type]) => `${many} ${{ 0x7f: "i32", 0x7c: "f64", 0x7b: "v128" }[type]}`);
    lines.push(`function ${f}: ${locals.join(", ")}`);
    let depth = 1;
    while (r.at() < end - 1) {
      const { text, before, behind } = instruction(r);
      depth += before;
      lines.push(`${"  ".repeat(depth)}${text}`);
      depth += behind;
    }
    r.byte();
  });
  return lines.join("\n");
};
