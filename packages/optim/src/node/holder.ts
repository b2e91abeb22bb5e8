import { hostname, uptime } from "node:os";
import { performance } from "node:perf_hooks";
import { kill, pid } from "node:process";
import { attempted, codeOf } from "./error.ts";
import { nodeFiles } from "./fileSystem.ts";

/*
 * Which process something belongs to, and whether that has ended. A process id alone is given to others in time: so the
 * start of the process counts too, the machine's, and, as containers have ids of their own, the space of the ids.
 */

/** What tells a process from all others. Where the system does not say, a text is empty. */
export interface Holder {
  readonly pid: number;
  /** When it began, as the system counts; by the clock in milliseconds, where the system does not tell of others. */
  readonly start: string;
  /** The run of the machine, from its start on. */
  readonly boot: string;
  /** The space in which its id is one. */
  readonly space: string;
  readonly host: string;
}

const textOf = (path: string): string => {
  const bytes = new Uint8Array(4096);
  let length = 0;
  attempted(() => {
    const file = nodeFiles.openSync(path, "r");
    try {
      length = nodeFiles.readSync(file, bytes, 0, bytes.length, 0);
    } finally {
      nodeFiles.closeSync(file);
    }
  });
  return String.fromCharCode(...bytes.subarray(0, length));
};

/** The start of a process in ticks from the machine's on, where Linux tells; empty for one that is gone. */
const ticksOf = (id: number | "self"): string => {
  // Behind the name of the program, which may have any characters in it, come the state and 20 fields more.
  const text = textOf(`/proc/${id}/stat`);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? "" : (fields[19] ?? "");
};

const spaceOf = (): string => {
  let ino = "";
  attempted(() => {
    ino = String(nodeFiles.statSync("/proc/self/ns/pid").ino);
  });
  return ino;
};

/** A part of a file's name. Names of machines that differ do so at the end. */
const plain = (host: string): string => host.replaceAll(/[^A-Za-z0-9-]/g, "-").slice(-40);

/** This process. */
export const self = (): Holder => {
  const ticks = ticksOf("self");
  const boot = textOf("/proc/sys/kernel/random/boot_id").replaceAll(/[^0-9a-f]/g, "");
  const [start, space] = ticks === "" ? [String(Math.round(performance.timeOrigin)), ""] : [ticks, spaceOf()];
  return { pid, start, boot: boot.slice(0, 12), space, host: plain(hostname()) };
};

/** A holder as a part of a file's name. */
export const markOf = ({ pid: id, start, boot, space, host }: Holder): string =>
  [id, start, boot, space, host].join("_");

/** The holder of a mark; undefined if it is none. */
export const holderIn = (mark: string): Holder | undefined => {
  const [, id, start, boot, space, host] = /^(\d{1,10})_(\d+)_([0-9a-f]*)_(\d*)_([A-Za-z0-9-]*)$/.exec(mark) ?? [];
  if (id === undefined || start === undefined || boot === undefined || space === undefined || host === undefined)
    return undefined;
  return { pid: Number(id), start, boot, space, host };
};

const isThere = (id: number): boolean => {
  try {
    return kill(id, 0);
  } catch (e) {
    return codeOf(e) === "EPERM";
  }
};

/** A process that cannot be seen from here counts as gone when nothing was heard of it for so long, in milliseconds. */
export const patience = 300_000;

/** Whether a process has ended: known where it is, or was, on this machine; else judged by its silence. */
export const isGone = (holder: Holder, silence: number, me = self()): boolean => {
  if (holder.boot === me.boot && holder.space === me.space && me.space !== "")
    return ticksOf(holder.pid) !== holder.start;
  if (holder.host !== me.host) return silence > patience;
  if (holder.boot !== me.boot) return true;
  // Without the system's word a process with this id may be another one.
  return (me.space === "" && !isThere(holder.pid)) || silence > patience;
};

/** The start of this machine by the clock, in milliseconds. */
const booted = (): number => performance.timeOrigin + performance.now() - uptime() * 1000;

/** Clocks are set, and a process takes a while from its start to the time that it takes for it. */
const slack = 5000;

/** The same of a lock of version 1, which tells the process, when it began by the clock, and its machine. */
export const isGoneByText = (text: string, silence: number): boolean => {
  const [, id, time, host] = /^(\d{1,10}) (\d{1,16}(?:\.\d{0,20})?) (\S{1,1000})$/.exec(text) ?? [];
  if (id === undefined || time === undefined || host === undefined) return true;
  if (host !== encodeURIComponent(hostname())) return silence > patience;
  if (Number(time) < booted() - slack || !isThere(Number(id))) return true;
  const ticks = ticksOf(Number(id));
  // Linux counts a hundred of them a second.
  return ticks !== "" && booted() + 10 * Number(ticks) > Number(time) + slack;
};
