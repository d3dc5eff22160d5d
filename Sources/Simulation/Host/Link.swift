import AWSWire

/// Which of an agent's two sessions a link carries.
enum SessionKind: String {
    case tasks
    case telemetry
}

/// A connection between an agent and the server: frames arrive late and in order, or, once it breaks, not at all. While
/// its host is partitioned they wait.
///
/// Safe because a world runs in one thread.
final class Link: @unchecked Sendable {
    enum End: Int {
        case agent, server

        var other: End { self == .agent ? .server : .agent }
    }

    private enum Item {
        case frame([UInt8])
        case close(UInt16)
    }

    private struct Side {
        var isOpen = true
        var received: (([UInt8]) -> Void)?
        var closed: ((UInt16) -> Void)?
        /// What is on its way to this side.
        var inFlight: [Item] = []
        var lastArrival = Timeline.start
    }

    /// The code of a connection that broke without a goodbye.
    static let broken: UInt16 = 1_006

    private let timeline: Timeline
    private let network: Network
    private var sides = [Side(), Side()]

    init(_ timeline: Timeline, _ network: Network) {
        self.timeline = timeline
        self.network = network
        network.add(self)
    }

    /// Says who is at an end.
    func attach(_ end: End, received: @escaping ([UInt8]) -> Void, closed: @escaping (UInt16) -> Void) {
        sides[end.rawValue].received = received
        sides[end.rawValue].closed = closed
    }

    /// Sends a frame; nothing happens when the end is closed.
    func send(_ frame: [UInt8], from end: End) {
        guard sides[end.rawValue].isOpen else { return }
        timeline.trace.mix(frame)
        put(.frame(frame), to: end.other)
    }

    /// Says goodbye: the other end is told after what was sent before.
    func close(from end: End, code: UInt16) {
        guard sides[end.rawValue].isOpen else { return }
        shut(end)
        put(.close(code), to: end.other)
    }

    /// The process at an end died: what it had sent may be lost, the other end finds the connection broken.
    func abort(_ end: End) {
        guard sides[end.rawValue].isOpen else { return }
        shut(end)
        sides[end.other.rawValue].inFlight = []
        put(.close(Link.broken), to: end.other)
    }

    /// Breaks: frames in flight are lost in both directions.
    func cut() {
        for end in [End.agent, .server] where sides[end.rawValue].isOpen {
            sides[end.rawValue].inFlight = []
            put(.close(Link.broken), to: end)
        }
    }

    /// The partition is over: what waited goes on its way.
    func resume() {
        for end in [End.agent, .server] {
            for _ in sides[end.rawValue].inFlight { scheduleArrival(end) }
        }
    }

    private func shut(_ end: End) {
        sides[end.rawValue].isOpen = false
        sides[end.rawValue].inFlight = []
        sides[end.rawValue].received = nil
        sides[end.rawValue].closed = nil
        if !sides[end.other.rawValue].isOpen { network.remove(self) }
    }

    private func put(_ item: Item, to end: End) {
        guard sides[end.rawValue].isOpen else { return }
        sides[end.rawValue].inFlight.append(item)
        scheduleArrival(end)
    }

    private func scheduleArrival(_ end: End) {
        let arrival = max(timeline.now.advanced(by: network.dice.latency()), sides[end.rawValue].lastArrival)
        sides[end.rawValue].lastArrival = arrival
        timeline.after(arrival - timeline.now) { [self] in arrive(end) }
    }

    private func arrive(_ end: End) {
        guard sides[end.rawValue].isOpen, !network.isPartitioned, !sides[end.rawValue].inFlight.isEmpty else { return }
        switch sides[end.rawValue].inFlight.removeFirst() {
        case .frame(let frame): sides[end.rawValue].received?(frame)
        case .close(let code):
            let closed = sides[end.rawValue].closed
            shut(end)
            closed?(code)
        }
    }
}
