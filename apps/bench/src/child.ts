import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export type Command = readonly [program: string, ...args: readonly string[]];

/** What a peer can say. */
export type Reply =
  | { readonly kind: "ready"; readonly version: string }
  | { readonly kind: "result"; readonly numbers: readonly number[] }
  | { readonly kind: "time"; readonly seconds: number }
  | { readonly kind: "memory"; readonly bytes: number }
  | { readonly kind: "failed"; readonly why: string };

/** A peer's process. */
export interface Child {
  /** The next reply, after a request if one is given. */
  readonly next: (request?: string) => Promise<Reply>;
  readonly end: () => void;
}

const replyIn = (line: string): Reply | undefined => {
  const kind = line.split(" ", 1)[0] ?? "";
  const rest = line.slice(kind.length + 1);
  switch (kind) {
    case "ready":
      return { kind, version: rest };
    case "result":
      return { kind, numbers: rest.split(" ").map(Number) };
    case "time":
      return { kind, seconds: Number(rest) };
    case "memory":
      return { kind, bytes: Number(rest) };
    case "failed":
      return { kind, why: rest };
    default:
      return undefined;
  }
};

/**
 * Starts a peer. Lines that are no replies are skipped: libraries like to greet. A peer that says nothing for longer than
 * its patience in seconds is given up.
 */
export const start = ([program, ...args]: Command, patience = 300): Child => {
  const process = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  const replies: Reply[] = [];
  const waiting: ((reply: Reply) => void)[] = [];
  let complaint = "";
  let isOver = false;
  const give = (reply: Reply): void => {
    const take = waiting.shift();
    if (take) take(reply);
    else replies.push(reply);
  };
  const over = (why: string): void => {
    isOver = true;
    for (const take of waiting.splice(0)) take({ kind: "failed", why });
  };
  process.stderr.on("data", (text) => (complaint = `${complaint}${String(text)}`.slice(-300)));
  createInterface({ input: process.stdout }).on("line", (line) => {
    const reply = replyIn(line);
    if (reply) give(reply);
  });
  process.stdin.on("error", () => undefined);
  process.on("error", (e) => over(e.message));
  process.on("close", (_, signal) =>
    over(signal === "SIGXCPU" ? "it reached its limit" : `it ended: ${complaint.trim().split("\n").at(-1)}`),
  );

  const next = (request?: string): Promise<Reply> => {
    if (request !== undefined) process.stdin.write(`${request}\n`);
    const reply = replies.shift();
    if (reply) return Promise.resolve(reply);
    if (isOver) return Promise.resolve({ kind: "failed", why: "it ended" });
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        process.kill("SIGKILL");
        over(`it said nothing for ${patience} s`);
      }, patience * 1000);
      waiting.push((reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
    });
  };
  const end = (): void => {
    process.stdin.end();
    // What does not end by itself is ended.
    setTimeout(() => process.kill("SIGKILL"), 1000).unref();
  };
  return { next, end };
};
