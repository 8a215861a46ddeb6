/** The Worker: a picture in, JSON out. */
import { withBody } from "./body.ts";
import { CODEC_MODULES } from "./codecs/modules.ts";
import { uprightSize } from "./codecs/orientation.ts";
import { Refusal } from "./errors.ts";
import type { IsolateModel } from "./model.ts";
import { pictureIn } from "./multipart.ts";
import { PictureReader } from "./picture.ts";
import { leastSide, QUESTIONS } from "./questions.ts";
import { parseHosts, withRemote } from "./remote.ts";

export interface Env {
  /** Hosts that pictures may be fetched from, with commas; none switches it off. */
  readonly FETCH_HOSTS?: string;
}

/**
 * Answers `POST /classify` and, if the model is a detector, `POST /detect` with a picture as the body or as the file of a
 * form, both with `GET …?url=` if hosts are allowed, and `GET /health`.
 */
export function createWorker<E extends Env>(model: IsolateModel<E>): ExportedHandler<E> {
  const pictures = new PictureReader(CODEC_MODULES);

  async function respond(request: Request, env: E, ctx: ExecutionContext): Promise<object> {
    const { pathname, searchParams: query } = new URL(request.url);
    if (pathname === "/health") {
      allow(request, ["GET"]);
      const { inputs, outputs, layers, memory, runtime } = await model.get(env, ctx);
      return { model: { inputs, outputs, layers: layers.length }, memory, runtime };
    }
    const question = QUESTIONS.get(pathname);
    if (!question) throw new Refusal(404, `there is nothing at ${pathname}`);
    const hosts = parseHosts(env.FETCH_HOSTS);
    allow(request, hosts.size ? ["POST", "GET"] : ["POST"]);
    const answer = question(query);
    const use = async (file: Uint8Array) => {
      const net = await model.get(env, ctx);
      return pictures.show(file, leastSide(net), (image, header) => answer(net, image, uprightSize(header)));
    };
    if (request.method === "GET") return withRemote(query.get("url") ?? "", hosts, use);
    const { body, headers } = request;
    return withBody(body, headers.get("content-length"), (bytes) => use(pictureIn(bytes, headers.get("content-type"))));
  }

  return {
    async fetch(request, env, ctx) {
      try {
        return Response.json(await respond(request, env, ctx));
      } catch (error) {
        if (!(error instanceof Refusal)) console.error(error);
        const { status, message, headers } = error instanceof Refusal ? error : new Refusal(500, "internal error");
        return Response.json({ error: message }, { status, headers });
      }
    },
  };
}

function allow({ method }: Request, methods: readonly string[]): void {
  if (methods.includes(method)) return;
  const allowed = methods.join(", ");
  throw new Refusal(405, `expected ${allowed}, got ${method}`, { allow: allowed });
}
