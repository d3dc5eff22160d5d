#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Shares of servers, mounted by the agent on this machine. The password goes to the kernel and nowhere else: the
/// engine's `local` driver would keep it in a file and show it to everybody who may inspect volumes.
///
/// Blocks for as long as the server takes.
struct ShareMounts: Sendable {
    /// What the kernel shows as mounted.
    var mountInfo = "/proc/self/mountinfo"

    /// - Parameter path: an absolute path; made if need be. A share that is there already stays.
    /// - Returns: why it could not be mounted, without the password; nil when it is.
    func mount(_ share: ShareMount, at path: String) -> String? {
        guard path.hasPrefix("/"), ShareMounts.makeFolders(path) else { return "could not make \(path)" }
        guard !isMounted(path) else { return nil }
        guard let address = ShareMounts.address(of: share.host) else {
            return "the address of \(share.host) could not be found"
        }
        guard let options = share.options(address: address) else { return "the credentials cannot be options" }
        #if os(Linux)
            let result = Glibc.mount("//\(share.host)/\(share.path)", path, "cifs", 0, options)
            guard result != 0 else { return nil }
            let number = errno
            removeFolders(path)
            let hint = number == ENODEV ? " (the kernel of this container instance has no SMB client)" : ""
            return "mount //\(share.host)/\(share.path): \(String(cString: strerror(number)))\(hint)"
        #else
            return "shares are mounted on Linux only"
        #endif
    }

    /// Takes a share away; its folder goes only if it is empty, so never what is on a share.
    func unmount(_ path: String) {
        #if os(Linux)
            if isMounted(path) { umount2(path, Int32(2)) }  // MNT_DETACH: whoever still has a file open keeps it.
        #endif
        removeFolders(path)
    }

    /// The share's folder and the instance's, if they are empty.
    private func removeFolders(_ path: String) {
        rmdir(path)
        rmdir(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
    }

    private func isMounted(_ path: String) -> Bool {
        guard let file = fopen(mountInfo, "r") else { return false }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var size = 0
        defer { free(line) }
        while getline(&line, &size, file) >= 0 {
            // Source: Linux, proc(5): the fifth field is the mount point.
            let fields = line.map { String(cString: $0) }?.split(separator: " ") ?? []
            if fields.count > 4, fields[4] == path { return true }
        }
        return false
    }

    private static func makeFolders(_ path: String) -> Bool {
        var partial = ""
        for part in path.split(separator: "/") {
            partial += "/" + part
            guard mkdir(partial, 0o700) == 0 || errno == EEXIST else { return false }
        }
        return true
    }

    private static func address(of host: String) -> String? {
        var hints = addrinfo()
        hints.ai_family = AF_INET
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0, let first = list else { return nil }
        defer { freeaddrinfo(list) }
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let size = first.pointee.ai_addrlen
        guard getnameinfo(first.pointee.ai_addr, size, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
        else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Which file systems the kernel of this machine can mount.
enum KernelFileSystems {
    /// - Parameters:
    ///   - name: as `/proc/filesystems` says it.
    ///   - module: what brings it when it is not there yet.
    static func have(_ name: String, module: String) -> Bool {
        contains("/proc/filesystems", "\t\(name)\n")
            || contains("/lib/modules/\(ControlGroups.kernelVersion)/modules.dep", "/\(module).ko")
    }

    private static func contains(_ path: String, _ text: String) -> Bool {
        guard let file = fopen(path, "r") else { return false }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var size = 0
        defer { free(line) }
        while getline(&line, &size, file) >= 0 {
            if let line, String(cString: line).contains(text) { return true }
        }
        return false
    }
}
