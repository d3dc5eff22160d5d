import AWSWire
import NodeLink
import State
import Synchronization

/// How far the pulls of instances are, as their agents last told: what `roost status` shows and no AWS API tells. No
/// part of the state: it is over in a moment.
final class PullBook: Sendable {
    private let pulls = Mutex<[String: [ACS.RoostPull]]>([:])

    /// As many as a message of the model has.
    private static let maximumPulls = 20
    /// Longer names are cut.
    private static let maximumName = 256

    init() {}

    /// Takes over what an instance tells, in place of what it told before.
    func take(_ told: [ACS.RoostPull], of instance: Key<ContainerInstanceRecord>) {
        let kept = told.prefix(PullBook.maximumPulls).map { pull in
            ACS.RoostPull(
                image: String((pull.image ?? "").prefix(PullBook.maximumName)), bytes: max(0, pull.bytes ?? 0),
                total: max(0, pull.total ?? 0))
        }
        pulls.withLock { $0[instance.path] = kept.isEmpty ? nil : Array(kept) }
    }

    /// `GET /_roost/pulls`.
    var page: JSONValue {
        let pulls = pulls.withLock { $0 }
        let lines = pulls.keys.sorted().flatMap { path in
            (pulls[path] ?? []).map { pull -> JSONValue in
                [
                    "instance": .string(path), "image": .string(pull.image ?? ""),
                    "bytes": .int(Int64(pull.bytes ?? 0)), "total": .int(Int64(pull.total ?? 0)),
                ]
            }
        }
        return ["pulls": .array(lines)]
    }
}
