import Foundation
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Runs other programs to their end.
///
/// Foundation's `Process` waits until nobody holds a socket that all descendants inherit, so it waits for ever for a
/// program that leaves a daemon behind; and a daemon must not keep our listening sockets either.
package enum Program {
    /// POSIX_SPAWN_SETSID of glibc and musl.
    private static let newSession: Int32 = 0x80

    /// The first of the usual places that has the program.
    package static func find(_ name: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let places = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/sbin", "/sbin"]
        return places.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs a program in a session of its own and waits for its end.
    /// - Parameters:
    ///   - output: the file that takes what it says. A file, for what it leaves behind must not hold a pipe.
    ///   - pipe: a named pipe that it gets as descriptor 3, for reading and writing.
    ///   - environment: more variables, `NAME=value`.
    /// - Returns: its status, -1 when a signal ended it, and what it said.
    /// - Throws: `ProgramError` when it cannot be started.
    package static func run(
        _ path: String, _ arguments: [String], output: String, pipe: String? = nil, environment: [String] = []
    ) async throws -> (status: Int32, text: String) {
        let id = try spawn(path, arguments, environment) { actions in
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        } last: { actions in
            if let pipe { posix_spawn_file_actions_addopen(&actions, 3, pipe, O_RDWR, 0) }
        }
        let status = try await NIOThreadPool.singleton.runIfActive { wait(for: id) }
        let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        return (status, text)
    }

    /// Runs a program, waits for its end, and blocks meanwhile: to be called where that is allowed. Nothing of what it
    /// reads or says gets on a disk. Not for programs that leave something behind: that would hold the socket.
    /// - Parameter input: what it reads, up to 64 KiB: as much as fits a socket while nobody reads.
    /// - Returns: its status, -1 when a signal ended it, and what it said.
    /// - Throws: `ProgramError` when it cannot be started.
    package static func run(
        blocking path: String, _ arguments: [String], input: String = ""
    ) throws(ProgramError) -> (status: Int32, text: String) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw ProgramError(path, errno) }
        let own = ends[0]
        defer { close(own) }
        let bytes = Array(input.utf8)
        guard bytes.count <= 64 << 10 else {
            close(ends[1])
            throw ProgramError(path, E2BIG)
        }
        let started = Result { () throws(ProgramError) -> pid_t in
            try spawn(path, arguments, []) { actions in
                posix_spawn_file_actions_adddup2(&actions, ends[1], 0)
                posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
            }
        }
        close(ends[1])
        let id = try started.get()
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { send(own, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            // One that has ended without reading says why below.
            guard count > 0 else { break }
            sent += count
        }
        shutdown(own, Int32(SHUT_WR))
        let said = readAll(own)
        return (wait(for: id), String(decoding: said, as: UTF8.self))
    }

    /// What comes until the other end closes.
    private static func readAll(_ descriptor: Int32) -> [UInt8] {
        var said: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return said }
            // The rest is read and dropped.
            if said.count < maximumText { said += piece[..<count] }
        }
    }

    /// Source: a host with ten thousand rules in its tables says about a mebibyte.
    private static let maximumText = 16 << 20

    private static func wait(for id: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : -1
    }

    private static func spawn(
        _ path: String, _ arguments: [String], _ environment: [String],
        first: (inout posix_spawn_file_actions_t) -> Void, last: (inout posix_spawn_file_actions_t) -> Void = { _ in }
    ) throws(ProgramError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        first(&actions)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // A number that is not open any more does no harm.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            if let descriptor = Int32(name), descriptor > 2 {
                posix_spawn_file_actions_addclose(&actions, descriptor)
            }
        }
        last(&actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Signals mean to it what they always do, whatever we ignore.
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        let flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK) | newSession
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        let inherited = ProcessInfo.processInfo.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        var variables: [UnsafeMutablePointer<CChar>?] = (inherited + environment).map { strdup($0) } + [nil]
        defer { for word in words + variables { free(word) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, path, &actions, &attributes, &words, &variables)
        guard code == 0 else { throw ProgramError(path, code) }
        return id
    }
}

/// A program could not be started.
package struct ProgramError: Error, Sendable, CustomStringConvertible {
    package let path: String
    /// The system's own.
    package let words: String

    init(_ path: String, _ code: Int32) {
        self.path = path
        words = String(cString: strerror(code))
    }

    package var description: String { "\(path): \(words)" }
}
