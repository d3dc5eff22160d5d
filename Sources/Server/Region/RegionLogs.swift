import AWSWire
import Dispatch
import LogStore
import Logging
import State

/// The region's log events: the store, and what removes from it what is not to stay.
final class RegionLogs: Sendable {
    /// How often it is looked for what may go.
    private static let interval = DispatchTimeInterval.seconds(60)

    let store: LogStore
    private let lane: Lane
    private let queue = DispatchQueue(label: "roost.logs.retention", qos: .utility)

    /// - Parameter directory: the region's data directory; events are below it in `logs`.
    init(_ directory: String, _ lane: Lane, _ logger: Logger) {
        self.lane = lane
        store = LogStore(directory: directory + "/logs") { group, bytes in
            logger.error(
                "log events are damaged on the disk", metadata: ["group": "\(group)", "bytes": "\(bytes)"])
        }
        sweepLater()
    }

    private func sweepLater() {
        queue.asyncAfter(deadline: .now() + RegionLogs.interval) { [weak self] in
            self?.sweep()
            self?.sweepLater()
        }
    }

    /// Removes events that are too old, and those of groups and streams that are gone.
    private func sweep() {
        store.sweep { [lane] id in
            let snapshot = lane.durable
            guard let group = snapshot.logGroup(id: id) else { return nil }
            var streams: Set<UInt64> = []
            snapshot.table(LogStreamRecord.self).forEach(prefix: id + "/") { stream in
                streams.insert(stream.number)
                return true
            }
            return LogStore.Keep(from: group.oldestShown(at: WallClock.now)?.milliseconds, streams: streams)
        }
    }

    /// Writes what waits.
    func close() { store.close() }
}
