import Foundation
import Glibc
import NodeNet

/// nginx, which carries UDP.
struct NginxProcess: Sendable {
    let files: Files

    /// The module that carries streams, where it is not part of the program.
    static var module: String? {
        ["/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/share/nginx/modules"]
            .map { $0 + "/ngx_stream_module.so" }.first { FileManager.default.fileExists(atPath: $0) }
    }

    private var processID: pid_t? { OwnProcess.find("nginx.pid", of: "nginx", in: files) }

    var isRunning: Bool { processID != nil }

    /// Makes it run with this configuration.
    /// - Throws: `BalancerError` when it is not installed or does not take the configuration.
    func put(_ text: String) async throws {
        guard let program = Program.find("nginx") else { throw BalancerError.missing("nginx-light") }
        try files.write("nginx.conf", text)
        let arguments = ["-c", files.path("nginx.conf"), "-p", files.directory, "-e", files.path("nginx.log")]
        let check = try await Program.run(program, arguments + ["-t"], output: files.path("nginx.out"))
        guard check.status == 0 else { throw BalancerError.failed("nginx", words: check.text.trimmed) }
        if let id = processID {
            kill(id, SIGHUP)
            return
        }
        let start = try await Program.run(program, arguments, output: files.path("nginx.out"))
        guard start.status == 0 else { throw BalancerError.failed("nginx", words: start.text.trimmed) }
    }

    /// Ends it.
    func stop() {
        if let id = processID { kill(id, SIGTERM) }
        files.remove("nginx.conf")
    }
}
