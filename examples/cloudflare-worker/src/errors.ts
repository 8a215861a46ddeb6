/** What a picture or a request has wrong: a sentence, and the status that HTTP has for it. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly status: number;
  /** What goes with the status, such as the methods that are allowed. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}
