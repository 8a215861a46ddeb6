/** Pictures that the Worker fetches itself: only over https, only from hosts on a list, only so long and so much. */
import { withBody } from "./body.ts";
import { Refusal } from "./errors.ts";
import { within } from "./within.ts";

const MOST_SECONDS = 5;
const MOST_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Host names in a list with commas. */
export function parseHosts(list: string | undefined): ReadonlySet<string> {
  const names = (list ?? "").split(",").map((name) => name.trim().toLowerCase());
  return new Set(names.filter(Boolean));
}

/**
 * Fetches a picture and hands it to `use`.
 *
 * @throws Refusal 400 for what is no https URL, 403 for a host that is not on the list, 413 for too many bytes, 502 for
 * an answer without a picture, 504 if it takes too long.
 */
export async function withRemote<T>(
  url: string,
  hosts: ReadonlySet<string>,
  use: (file: Uint8Array<ArrayBuffer>) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const fetched = async () => {
    const { body, headers } = await follow(url, hosts, stop.signal);
    return withBody(body, headers.get("content-length"), use);
  };
  try {
    return await within(MOST_SECONDS, fetched(), () => new Refusal(504, `no picture after ${MOST_SECONDS} s`));
  } finally {
    stop.abort();
  }
}

/** The answer at the end of all redirects, each of which is checked as the first URL is. */
async function follow(url: string, hosts: ReadonlySet<string>, signal: AbortSignal): Promise<Response> {
  let target = check(url, undefined, hosts);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; ++redirects) {
    const response = await request(target, signal);
    if (response.ok) return response;
    await response.body?.cancel();
    const location = response.headers.get("location");
    if (!REDIRECTS.has(response.status) || location === null) {
      throw new Refusal(502, `${target.host} answered with status ${response.status}`);
    }
    target = check(location, target, hosts);
  }
  throw new Refusal(502, `more than ${MOST_REDIRECTS} redirects`);
}

async function request(url: URL, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { redirect: "manual", signal, headers: { accept: "image/jpeg, image/png, image/webp" } });
  } catch {
    throw new Refusal(502, `${url.host} cannot be reached`);
  }
}

function check(url: string, base: URL | undefined, hosts: ReadonlySet<string>): URL {
  if (!URL.canParse(url, base)) throw new Refusal(400, `"url" expected an https URL`);
  const parsed = new URL(url, base);
  const { protocol, username, password, hostname, port } = parsed;
  if (protocol !== "https:" || username || password || port) {
    throw new Refusal(400, `"url" expected an https URL without a port or a password`);
  }
  if (!hosts.has(hostname)) throw new Refusal(403, `pictures from ${hostname} are not fetched`);
  return parsed;
}
