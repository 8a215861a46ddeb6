/** Whether bytes of the caller lie where they may: behind all that the program has, and in memory. */
export function isCallers(address: usize, bytes: u64, heap: usize): bool {
  return address >= heap && <u64>address + bytes <= (<u64>memory.size()) << 16;
}
