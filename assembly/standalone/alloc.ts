/** Memory for the caller, behind all that the program has: a pointer that only moves up. */

let next: usize = 0;

/**
 * The address of so many bytes, a multiple of 16, from `heap` on; memory grows for it. 0 if it cannot.
 */
export function alloc(bytes: u32, heap: usize): usize {
  const begin = next ? next : heap;
  const end = (<u64>begin + <u64>bytes + 15) & ~15;
  const size = (<u64>memory.size()) << 16;
  // No object ends at 4 GiB, so that its end is an address.
  if (end > 0xffff0000) return 0;
  if (end > size && memory.grow(<i32>((end - size + 0xffff) >> 16)) < 0) return 0;
  next = <usize>end;
  return begin;
}
