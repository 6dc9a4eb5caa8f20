import { readFileSync } from "node:fs";
import { errorCode } from "./error-code";

/**
 * What tells a living process from an earlier one of the same number; undefined when no such process lives.
 * On Linux the boot and the start time; elsewhere an empty string, because no more than "lives" can be learnt.
 */
export function processIdentity(pid: number): string | undefined {
  return process.platform === "linux" ? linuxIdentity(pid) : lives(pid);
}

function linuxIdentity(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name stands in parentheses and may hold any character: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie is dead, though it answers to signal 0 for as long as nobody reaps it (process 1 of a container often never does).
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${fields[19]}`;
  } catch {
    return lives(pid); // /proc may hide the processes of other users
  }
}

function lives(pid: number): "" | undefined {
  try {
    process.kill(pid, 0);
    return "";
  } catch (error) {
    return errorCode(error) === "EPERM" ? "" : undefined;
  }
}
