import AWSWire
import Control
import NodeLink
import State

/// The server's end of a session for measurements.
///
/// Safe because a world runs in one thread.
final class TelemetrySession: @unchecked Sendable {
    private let instance: Key<ContainerInstanceRecord>
    private let link: Link
    private unowned let process: ServerProcess
    private var isOpen = true

    init(_ instance: Key<ContainerInstanceRecord>, _ link: Link, _ process: ServerProcess) {
        self.instance = instance
        self.link = link
        self.process = process
    }

    func open() {
        link.attach(.server) { [self] in
            received($0)
        } closed: { [self] _ in
            isOpen = false
            process.forget(self)
        }
        beat()
    }

    private func beat() {
        process.timeline.after(.seconds(30)) { [self] in
            guard isOpen else { return }
            link.send(TCSMessage.heartbeat(.init(healthy: true)).frame, from: .server)
            beat()
        }
    }

    private func received(_ frame: [UInt8]) {
        guard isOpen, let message = try? TCSMessage(frame: frame) else { return }
        if let answer = TelemetryReports.answer(to: message) { link.send(answer.frame, from: .server) }
        guard TelemetryReports.concernsState(message) else { return }
        let instance = instance
        process.lane.submit(at: process.timeline.now) { (transaction, context) throws(WireError) in
            TelemetryReports.keep(message, from: instance, &transaction, at: context.now)
        } reply: { _ in
            // Agents report again.
        }
    }

    /// The process died.
    func die() {
        isOpen = false
        link.abort(.server)
    }
}
