import AWSWire
import Control
import Dispatch
import LogStore
import Logging
import State

/// Keeps the transcripts of sessions: in streams of log groups, and as objects.
final class TranscriptKeeper: Sendable {
    /// A stream that events can be put in.
    struct Stream: Sendable {
        var group: String
        var number: UInt64
    }

    private let lane: Lane
    private let logs: LogStore
    private let objects: ObjectFiles
    private let queue = DispatchQueue(label: "roost.transcripts")
    private let logger: Logger

    init(_ lane: Lane, _ logs: LogStore, _ objects: ObjectFiles, _ logger: Logger) {
        self.lane = lane
        self.logs = logs
        self.objects = objects
        self.logger = logger
    }

    /// Makes the stream of a session. The group has to be there.
    /// - Parameter done: called on any thread; nil when there is no such group, which the log says.
    func makeStream(_ session: String, in group: String, done: @escaping @Sendable (Stream?) -> Void) {
        lane.submit(at: WallClock.now) { (transaction, context) throws(WireError) -> Stream? in
            guard let group = transaction.get(LogGroupRecord.key(group)) else { return nil }
            let stream = LogStreamRecord(session, of: group, &context)
            transaction.put(stream)
            return Stream(group: group.id, number: stream.number)
        } reply: { [logger] result in
            let stream = (try? result.get()).flatMap { $0 }
            if stream == nil {
                logger.warning(
                    "a session of ExecuteCommand is not logged: its log group is not there",
                    metadata: ["session": "\(session)", "group": "\(group)"])
            }
            done(stream)
        }
    }

    func keep(_ batch: LogBatch, in group: String, of session: String) {
        logs.append(batch, to: group) { [logger] result in
            guard case .failure(let error) = result else { return }
            logger.error(
                "a part of a session's transcript was not kept",
                metadata: ["session": "\(session)", "error": "\(error)"])
        }
    }

    /// Writes an object; the bucket has to be there.
    func keep(_ bytes: [UInt8], _ bucket: String, _ key: String, of session: String) {
        queue.async { [objects, logger] in
            do {
                guard try objects.hasBucket(bucket) else { throw ObjectError.noSuchBucket }
                try objects.write(bytes, bucket, key)
            } catch {
                logger.error(
                    "a session's transcript was not kept",
                    metadata: ["session": "\(session)", "bucket": "\(bucket)", "error": "\(error)"])
            }
        }
    }

    /// Waits for objects that are being written.
    func close() { queue.sync {} }
}
