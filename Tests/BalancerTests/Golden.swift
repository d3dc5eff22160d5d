import Foundation
import Testing

@testable import Balancer

/// Files that say what a text was. `UPDATE_FIXTURES=1` writes missing ones anew; read the difference as code.
enum Golden {
    private static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Goldens")

    static func compare(_ text: String, _ name: String) throws {
        let file = directory.appendingPathComponent(name)
        guard let known = try? String(contentsOf: file, encoding: .utf8) else {
            guard ProcessInfo.processInfo.environment["UPDATE_FIXTURES"] != nil else {
                Issue.record("\(name) is missing; UPDATE_FIXTURES=1 writes it")
                return
            }
            try Data(text.utf8).write(to: file)
            return
        }
        #expect(text == known, "\(name) differs; remove it and UPDATE_FIXTURES=1 writes it anew")
    }

    /// A revocation list of nobody, made for these tests only.
    static let revocations =
        (try? String(contentsOf: directory.appendingPathComponent("revocations.pem"), encoding: .utf8)) ?? ""

    /// A certificate of `localhost` with its key, made for these tests only.
    static let pem = (try? String(contentsOf: directory.appendingPathComponent("localhost.pem"), encoding: .utf8)) ?? ""
}

/// HAProxy's own opinion of a configuration.
enum HAProxyCheck {
    static let path = ["/usr/sbin/haproxy", "/usr/local/sbin/haproxy"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Lets HAProxy check a configuration. Does nothing without HAProxy.
    static func run(_ draft: HAProxyDraft) throws {
        let words = try verdict(draft)
        #expect(words == nil)
    }

    /// The lines that HAProxy complains about.
    static func lines(_ words: String) -> [Int] {
        words.split(separator: "\n").filter { $0.hasPrefix("[ALERT]") }.compactMap { line in
            let parts = line.components(separatedBy: "haproxy.cfg:")
            return parts.count > 1 ? Int(parts[1].prefix { $0.isNumber }) : nil
        }
    }

    /// Writes everything into a directory of its own and asks HAProxy.
    /// - Returns: what it says against it; nil when it takes it, or is not there.
    static func verdict(_ draft: HAProxyDraft) throws -> String? {
        guard let path else { return nil }
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("roost-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        let configuration = draft.configuration
        var files = configuration.files
        files["haproxy.cfg"] = configuration.text().text
        for (name, lines) in configuration.maps { files[name] = lines.map { $0 + "\n" }.joined() }
        for (name, pem) in configuration.certificates { files[name] = pem }
        for name in configuration.certificateLists.keys {
            files[name] = configuration.text(list: name, in: Sample.environment.directory)
        }
        for (name, text) in files {
            let file = place.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            let moved = text.split(separator: Sample.environment.directory + "/", omittingEmptySubsequences: false)
                .joined(separator: place.path + "/")
            try Data(moved.utf8).write(to: file)
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-c", "-f", place.appendingPathComponent("haproxy.cfg").path]
        let output = Pipe()
        process.standardError = output
        process.standardOutput = output
        try process.run()
        let words = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? nil : String(decoding: words, as: UTF8.self)
    }
}
