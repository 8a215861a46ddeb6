/** How a window slides over an image. */
@unmanaged
export class Window {
  kernelHeight: i32;
  kernelWidth: i32;
  /** Rows from a window to the next one below it. */
  strideHeight: i32;
  /** Columns from a window to the next one beside it. */
  strideWidth: i32;
  /** Rows from a tap to the next one below it. */
  dilationHeight: i32;
  /** Columns from a tap to the next one beside it. */
  dilationWidth: i32;
  /** Rows of padding above an image. */
  padTop: i32;
  /** Columns of padding to its left. */
  padLeft: i32;
}
