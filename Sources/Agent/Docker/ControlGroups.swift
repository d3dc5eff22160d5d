#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Control groups of this machine for tasks with limits: `/ecs/<task id>`, in which the engine puts the containers'.
///
/// Blocks for as long as the kernel takes. The engine has to be on this machine and use the driver `cgroupfs`.
/// Source: amazon-ecs-agent, agent/taskresource/cgroup; Linux, Documentation/admin-guide: cgroup-v1, cgroup-v2.
struct ControlGroups: Sendable {
    enum Version: Sendable { case one, two }

    /// A group could not be made.
    struct Failure: Error, CustomStringConvertible { var description: String }

    var version: Version
    /// Where the kernel shows them.
    var root = "/sys/fs/cgroup"

    /// Microseconds.
    private static let period = 100_000
    /// The kernel's smallest quota, in microseconds.
    private static let smallestQuota = 1_000

    /// Makes the group of a task, or finds it there, and sets its limits.
    /// - Returns: its name as the engine's `CgroupParent`.
    func make(for task: String, _ limits: TaskLimits) throws(Failure) -> String {
        let name = try ControlGroups.name(of: task)
        switch version {
        case .one: try makeOne(name, limits)
        case .two: try makeTwo(name, limits)
        }
        return name
    }

    /// Removes the group of a task; containers must be gone. The engine made it in the hierarchies of all controllers.
    func remove(for task: String) {
        guard let name = try? ControlGroups.name(of: task) else { return }
        if version == .two {
            rmdir(root + name)
            return
        }
        for hierarchy in ControlGroups.entries(of: root) { rmdir(root + "/" + hierarchy + name) }
    }

    /// An id that comes from elsewhere must not lead out of the folder.
    private static func name(of task: String) throws(Failure) -> String {
        let id = task.split(separator: "/").last ?? ""
        let isPlain = id.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-")
        }
        guard !id.isEmpty, isPlain else { throw Failure(description: "no name for a control group: \(task)") }
        return "/ecs/" + id
    }

    private func makeOne(_ name: String, _ limits: TaskLimits) throws(Failure) {
        if let cores = limits.cores {
            let group = root + "/cpu" + name
            try makeFolders(root + "/cpu/ecs", group)
            try write("\(ControlGroups.period)", group + "/cpu.cfs_period_us")
            try write("\(ControlGroups.quota(cores))", group + "/cpu.cfs_quota_us")
        }
        if let memory = limits.memoryMiB {
            let group = root + "/memory" + name
            try makeFolders(root + "/memory/ecs", group)
            // What the containers use counts for the group; newer kernels know no other way.
            try? write("1", group + "/memory.use_hierarchy")
            try write("\(memory << 20)", group + "/memory.limit_in_bytes")
        }
    }

    private func makeTwo(_ name: String, _ limits: TaskLimits) throws(Failure) {
        try makeFolders(root + "/ecs", root + name)
        // A group has files for what its parent passes on.
        for group in [root, root + "/ecs"] { try write("+cpu +memory", group + "/cgroup.subtree_control") }
        if let cores = limits.cores {
            try write("\(ControlGroups.quota(cores)) \(ControlGroups.period)", root + name + "/cpu.max")
        }
        if let memory = limits.memoryMiB { try write("\(memory << 20)", root + name + "/memory.max") }
    }

    private static func quota(_ cores: Double) -> Int {
        max(smallestQuota, Int(min(cores, 100_000) * Double(period)))
    }

    private func makeFolders(_ paths: String...) throws(Failure) {
        for path in paths where mkdir(path, 0o755) != 0 && errno != EEXIST {
            throw Failure(description: "could not make \(path): \(String(cString: strerror(errno)))")
        }
    }

    private func write(_ text: String, _ path: String) throws(Failure) {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw Failure(description: "could not open \(path): \(String(cString: strerror(errno)))")
        }
        defer { _ = Glibc.close(file) }
        guard Glibc.write(file, text, text.utf8.count) == text.utf8.count else {
            throw Failure(description: "could not write \(path): \(String(cString: strerror(errno)))")
        }
    }

    private static func entries(of path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// The kernel's release, which tells an engine in a virtual machine from one on this machine.
    static var kernelVersion: String {
        var names = utsname()
        guard uname(&names) == 0 else { return "" }
        return withUnsafePointer(to: &names.release) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 65) { String(cString: $0) }
        }
    }
}
