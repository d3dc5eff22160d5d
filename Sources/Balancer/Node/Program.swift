import Foundation
import Glibc
import NIOPosix

/// Runs other programs to their end.
///
/// Foundation's `Process` waits until nobody holds a socket that all descendants inherit, so it waits for ever for a
/// program that leaves a daemon behind; and a daemon must not keep our listening sockets either.
enum Program {
    /// POSIX_SPAWN_SETSID of glibc and musl.
    private static let newSession: Int32 = 0x80

    /// The first of the usual places that has the program.
    static func find(_ name: String) -> String? {
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
    static func run(
        _ path: String, _ arguments: [String], output: String, pipe: String? = nil, environment: [String] = []
    ) async throws -> (status: Int32, text: String) {
        let id = try spawn(path, arguments, output: output, pipe: pipe, environment: environment)
        let status = try await NIOThreadPool.singleton.runIfActive { () -> Int32 in
            var status: Int32 = 0
            while waitpid(id, &status, 0) < 0, errno == EINTR {}
            return status & 0x7F == 0 ? status >> 8 & 0xFF : -1
        }
        let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        return (status, text)
    }

    private static func spawn(
        _ path: String, _ arguments: [String], output: String, pipe: String?, environment: [String]
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // A number that is not open any more does no harm.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            if let descriptor = Int32(name), descriptor > 2 {
                posix_spawn_file_actions_addclose(&actions, descriptor)
            }
        }
        if let pipe { posix_spawn_file_actions_addopen(&actions, 3, pipe, O_RDWR, 0) }
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
        guard code == 0 else { throw BalancerError.failed(path, words: String(cString: strerror(code))) }
        return id
    }
}
