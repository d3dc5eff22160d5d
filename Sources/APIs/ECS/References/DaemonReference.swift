import AWSModels
import AWSWire
import State

/// A daemon as a request names it: by ARN, or by name for one in the cluster `default`.
enum DaemonReference {
    /// The key of the daemon meant, whether or not it exists.
    /// - Throws: `InvalidParameterException` for what can be no daemon.
    static func key(_ text: String, _ realm: Realm) throws(WireError) -> Key<DaemonRecord> {
        let path = text.hasPrefix("arn:") ? try resource(ofARN: text, "daemon", realm) : "default/\(text)"
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ Names.isName($0) }) else {
            throw .invalidParameter("Invalid daemon: \(text)")
        }
        return DaemonRecord.key(String(parts[0]), String(parts[1]))
    }

    /// The ARN of what is meant, whether or not it exists.
    static func arn(_ text: String, _ realm: Realm) throws(WireError) -> String {
        realm.ecs("daemon/\(try key(text, realm).path)")
    }

    /// The daemon meant, whatever its status.
    /// - Throws: `ClusterNotFoundException` or `DaemonNotFoundException`.
    static func find(_ text: String, in snapshot: Snapshot) throws(WireError) -> DaemonRecord {
        let key = try key(text, snapshot.realm)
        _ = try ClusterReference.active(String(key.path.prefix { $0 != "/" }), in: snapshot)
        guard let daemon = snapshot.get(key) else { throw .daemonNotFound("Daemon not found.") }
        return daemon
    }

    /// The daemon meant, to be changed.
    /// - Throws: `DaemonNotActiveException` for one that is being deleted, and what `find` throws.
    static func active(_ text: String, in snapshot: Snapshot) throws(WireError) -> DaemonRecord {
        let daemon = try find(text, in: snapshot)
        guard daemon.status == .active else { throw .daemonNotActive("Daemon was not ACTIVE.") }
        return daemon
    }

    /// The key of a deployment or revision of a daemon, of an ARN.
    /// - Parameter type: `daemon-deployment` or `daemon-revision`.
    /// - Throws: `InvalidParameterException` for what is no such ARN.
    static func part<R: Record>(_ text: String, _ type: String, _ realm: Realm) throws(WireError) -> Key<R> {
        let parts = try resource(ofARN: text, type, realm).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ Names.isName($0) }) else {
            throw .invalidParameter("Invalid identifier: \(text)")
        }
        return Key(path: parts.joined(separator: "/"))
    }
}
