import CMalloc

/// How the process gets its memory.
enum Memory {
    /// Large pieces come from the kernel and go back to it at once.
    private static let largeBytes: Int32 = 256 * 1_024
    /// Unused memory above this goes back.
    private static let spareBytes: Int32 = 4 * 1_024 * 1_024
    /// By default each thread gets an arena of its own, and what one has freed no other can use: after many tasks were
    /// started at once, a third of the memory was held for nothing.
    private static let arenas: Int32 = 4

    /// Keeps little more than what is used. To be called before there are threads.
    static func bound() {
        mallopt(M_ARENA_MAX, arenas)
        mallopt(M_MMAP_THRESHOLD, largeBytes)
        mallopt(M_TRIM_THRESHOLD, spareBytes)
    }
}
