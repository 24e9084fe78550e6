import CLFMLinux

/// Memory that was freed and that the allocator keeps for later.
package enum FreedMemory {
  /// Gives it back to the kernel. Takes milliseconds where there is much: not on a queue that somebody waits for.
  package static func giveBack() { lfm_give_back_memory() }
}
