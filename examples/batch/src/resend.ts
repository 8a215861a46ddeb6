/** Messages that are sent again. */
import { versionIn, type PictureMessage } from "./message.ts";

/** Puts a message into a queue anew, where it has had no attempts. */
export async function resend(message: Message, queue: Queue, delaySeconds: number): Promise<void> {
  const version = versionIn(message.body);
  try {
    // of a picture's message only what is needed, which always fits; another goes as it came
    if (version) await queue.send({ object: version } satisfies PictureMessage, { delaySeconds });
    else await queue.send(message.body, { contentType: "v8", delaySeconds });
    message.ack();
  } catch (error) {
    console.error("a message cannot be sent anew:", error);
    message.retry({ delaySeconds });
  }
}
