import APIPipeline
import AWSModels
import AWSWire
import State

/// Finding groups and streams, in CloudWatch's words when they are not there.
extension Snapshot {
    /// - Throws: `ResourceNotFoundException`.
    func logGroup(_ name: String) throws(WireError) -> LogGroupRecord {
        guard let group = get(LogGroupRecord.key(name)) else {
            throw .resourceNotFound("The specified log group does not exist.")
        }
        return group
    }

    /// The group that a request names by one of two members.
    /// - Parameter identifier: a name, or an ARN of this account.
    func logGroup(_ name: String?, _ identifier: String?) throws(WireError) -> LogGroupRecord {
        try logGroup(try GroupReference.name(name, identifier, realm))
    }

    /// - Throws: `ResourceNotFoundException`.
    func logStream(_ name: String, of group: LogGroupRecord) throws(WireError) -> LogStreamRecord {
        guard let stream = get(LogStreamRecord.key(group.id, name)) else {
            throw .resourceNotFound("The specified log stream does not exist.")
        }
        return stream
    }
}

/// How requests name groups.
enum GroupReference {
    /// The name that a request gives by one of two members.
    static func name(_ name: String?, _ identifier: String?, _ realm: Realm) throws(WireError) -> String {
        switch (name, identifier) {
        case (_?, _?):
            throw .invalidParameter("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
        case (let name?, nil): return name
        case (nil, let identifier?): return GroupReference.name(identifier, realm)
        case (nil, nil): throw .invalidParameter("Either logGroupName or logGroupIdentifier must be specified.")
        }
    }

    /// The name in an ARN, with or without `:*` at the end; another text is a name. A group of another account or
    /// region is none that is here.
    static func name(_ identifier: String, _ realm: Realm) -> String {
        let prefix = realm.arn("logs", "log-group:")
        guard identifier.hasPrefix(prefix) else { return identifier }
        let name = identifier.dropFirst(prefix.count)
        return String(name.hasSuffix(":*") ? name.dropLast(2) : name)
    }
}

extension Operation {
    /// What a caller must be allowed to do: the operation itself, on a group or a stream of it.
    func permission(_ group: String, _ realm: Realm, stream: String? = nil) -> [AccessRequest] {
        let resource = "log-group:\(group)" + (stream.map { ":log-stream:\($0)" } ?? "")
        return [AccessRequest("logs:\(Self.model.name)", realm.arn("logs", resource))]
    }
}
