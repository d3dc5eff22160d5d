import Foundation
import Glibc

/// A program that outlives us and has left its number in a file.
enum OwnProcess {
    /// - Parameters:
    ///   - file: where its number stands, in our directory.
    ///   - program: its name, without a path.
    /// - Returns: nil when there is none, or the number is somebody else's by now.
    static func find(_ file: String, of program: String, in files: Files) -> pid_t? {
        guard let text = files.read(file), let id = pid_t(text.trimmed), id > 1, kill(id, 0) == 0 else { return nil }
        let command = FileManager.default.contents(atPath: "/proc/\(id)/cmdline") ?? Data()
        let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(id)/exe")
        let isOurs = isOurs(
            command: String(decoding: command, as: UTF8.self), executable: executable, program: program,
            directory: files.directory)
        return isOurs ? id : nil
    }

    /// Its command names our directory. While a program replaces itself it has no command at all: HAProxy's master
    /// does so with every reload, after the new worker has begun to serve. (Seen in 2 of 58 reloads on a busy machine.)
    /// What has ended, and threads of the kernel, have no executable.
    static func isOurs(command: String, executable: String?, program: String, directory: String) -> Bool {
        guard command.isEmpty else { return command.contains(directory) }
        let name = executable?.split(separator: "/").last?.split(separator: " ").first
        return name == program[...]
    }
}
