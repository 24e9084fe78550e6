import CLFMLinux

/// Memory that was freed and that the allocator keeps for later.
package enum FreedMemory {
  /// From now on what is large (1 MiB and more) is given back to the kernel as soon as it is freed. For a program that
  /// serves: one large request should not leave its size behind.
  package static func keepLittle() { lfm_keep_little_memory() }

  /// Gives it back to the kernel. Takes milliseconds where there is much: not on a queue that somebody waits for.
  package static func giveBack() { lfm_give_back_memory() }
}
