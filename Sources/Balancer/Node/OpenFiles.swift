import Glibc

/// How many files the programs that a node starts may have open.
enum OpenFiles {
    /// HAProxy raises its own limit to the highest that it may have. Nil: there is none.
    static var limit: Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Int(exactly: limit.rlim_max)
    }
}
