import Foundation
import NodeLink
import Synchronization

/// Counts requests as their log lines come, and writes access logs.
final class TrafficBook: Sendable {
    private struct Page {
        var counter = TrafficCounter()
        var names = TrafficNames()
        /// Listeners whose load balancer has an access log, by frontend, with the file.
        var logged: [String: (listener: BalancerConfiguration.Listener, file: String)] = [:]
    }

    private let page = Mutex(Page())
    private let directory: String

    init(directory: String) { self.directory = directory }

    /// What is served from now on.
    func put(_ configuration: BalancerConfiguration) {
        let names = TrafficNames(configuration)
        var logged: [String: (listener: BalancerConfiguration.Listener, file: String)] = [:]
        for loadBalancer in configuration.loadBalancers {
            guard let log = loadBalancer.accessLog else { continue }
            // Each part is one name, whatever it holds.
            let parts = [log.bucket, log.prefix].filter { !$0.isEmpty }.map(HAProxySyntax.name)
            let file = ([directory] + parts + [HAProxySyntax.name(loadBalancer.id) + ".log"]).joined(separator: "/")
            for listener in loadBalancer.listeners { logged[HAProxySyntax.name(listener.id)] = (listener, file) }
        }
        page.withLock {
            $0.counter.settle($0.names)
            $0.names = names
            $0.logged = logged
        }
    }

    /// Takes lines of HAProxy's log.
    func take(_ lines: [ArraySlice<UInt8>]) {
        var texts: [String: String] = [:]
        page.withLock { page in
            for bytes in lines {
                guard let line = LogLine(bytes) else { continue }
                page.counter.take(line, page.names)
                guard case .http(let log) = line, let place = page.logged[log.frontend] else { continue }
                let entry = AccessLogEntry(
                    log: log, listener: place.listener, loadBalancer: page.names.loadBalancers[log.frontend] ?? "-",
                    targetGroup: page.names.arns[log.backend])
                if let text = entry.text { texts[place.file, default: ""] += text + "\n" }
            }
        }
        for file in texts.keys.sorted() { append(texts[file] ?? "", to: file) }
    }

    private func append(_ text: String, to file: String) {
        let folder = (file as NSString).deletingLastPathComponent
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if !FileManager.default.fileExists(atPath: file) {
            _ = FileManager.default.createFile(atPath: file, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        guard let handle = FileHandle(forWritingAtPath: file) else { return }
        defer { try? handle.close() }
        _ = try? handle.seekToEnd()
        try? handle.write(contentsOf: Data(text.utf8))
    }

    /// What was counted since the last time, with further values.
    func drain(adding more: (inout TrafficCounter) -> Void) -> [BalancerTraffic.Measurement] {
        page.withLock { page in
            more(&page.counter)
            return page.counter.drain(page.names)
        }
    }
}
