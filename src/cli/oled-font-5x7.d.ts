/** Letters of 5×7 pixels: for each a byte for each column, the top row in its lowest bit. */
declare module "oled-font-5x7" {
  const font: {
    readonly width: number;
    readonly height: number;
    readonly fontData: readonly number[];
    /** The letters, in their order. */
    readonly lookup: readonly string[];
  };
  export default font;
}
