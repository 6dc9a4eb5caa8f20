import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIPv6 } from "node:net";

/** As much of a request as tells where it comes from. */
export interface Arrival {
  headers: IncomingHttpHeaders;
  socket: { remoteAddress?: string | undefined };
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** Any of these says that somebody else asked, and that a proxy or tunnel on this machine passed it on. */
const FORWARDING_HEADERS = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/**
 * Whether a request was made on this machine, to this machine. The address alone does not tell: a foreign page whose
 * name was made to resolve to 127.0.0.1 comes from here too, but with its own name in `Host`.
 */
export function isOnThisMachine({ headers, socket: { remoteAddress = "" } }: Arrival): boolean {
  return (
    LOOPBACK.check(remoteAddress, isIPv6(remoteAddress) ? "ipv6" : "ipv4") &&
    LOOPBACK_HOST.test(headers.host ?? "") &&
    FORWARDING_HEADERS.every((name) => headers[name] === undefined)
  );
}
