/** Of playwright-core what the tests use: it is installed only with them, and types have to be checked without. */
declare module "playwright-core" {
  export interface Page {
    goto(url: string): Promise<unknown>;
    evaluate<Result>(expression: string): Promise<Result>;
    on(event: "pageerror", listener: (error: Error) => void): void;
    on(event: "console", listener: (message: { type(): string; text(): string }) => void): void;
  }
  export interface Browser {
    newPage(): Promise<Page>;
    close(): Promise<void>;
  }
  export const chromium: {
    launch(options: { readonly executablePath: string; readonly args: readonly string[] }): Promise<Browser>;
  };
}
