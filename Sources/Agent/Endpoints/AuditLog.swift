import AWSWire
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Who did what: a line for each deed, in a file that is put aside when it is full. An agent notes who fetched
/// credentials, a region who ran commands in containers.
/// Source: Amazon ECS Developer Guide, Amazon ECS container agent logs: IAM roles for tasks credential audit log.
package final class AuditLog: Sendable {
    /// The size at which the file is put aside, in bytes; one earlier file is kept.
    private static let maximumSize = 10 << 20

    private let path: String
    private let pool: NIOThreadPool
    private let lock = Mutex(())
    /// Lines that are not written yet, in order.
    private let pending = Mutex<[UInt8]>([])

    package init(_ path: String, pool: NIOThreadPool = .singleton) {
        self.path = path
        self.pool = pool
    }

    /// A line of an agent: time, status, caller, path, user agent, task, event, version, cluster, instance. No secrets,
    /// and nothing of the id that stands for them.
    static func line(
        at now: Timestamp, status: Int, caller: String, version: Int, userAgent: String, task: String?, event: String,
        cluster: String, instance: String
    ) -> String {
        let time = now.iso8601.prefix(19) + "Z"
        let name = task ?? "-"
        let agent = quoted(userAgent)
        let request = "\(time) \(status) \(caller) \"/v\(version)/credentials\" \(agent)"
        return "\(request) \(name) \(event) 1 \(cluster) \(instance)\n"
    }

    /// A caller says what it likes there; a line stays a line.
    private static func quoted(_ text: String) -> String {
        let plain = text.unicodeScalars.prefix(256).map { scalar -> String in
            if scalar == "\"" || scalar == "\\" { return "\\\(scalar)" }
            return (0x20...0x7E).contains(scalar.value) ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }
        return "\"\(plain.joined())\""
    }

    /// Appends a line, soon and in order; a disk that is full loses it.
    package func append(_ line: String) {
        pending.withLock { $0 += Array(line.utf8) }
        pool.submit { [self] state in
            guard case .active = state else { return }
            lock.withLock { _ in
                let bytes = pending.withLock { bytes in
                    defer { bytes = [] }
                    return bytes
                }
                if !bytes.isEmpty { write(bytes) }
            }
        }
    }

    private func write(_ bytes: [UInt8]) {
        var status = stat()
        if stat(path, &status) == 0, status.st_size >= AuditLog.maximumSize { rename(path, path + ".1") }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        _ = Glibc.write(descriptor, bytes, bytes.count)
        close(descriptor)
    }
}
