import AWSWire
import NodeLink

/// The variables of an environment file.
/// Source: Amazon ECS Developer Guide, "Pass an individual environment variable to an Amazon ECS container";
/// amazon-ecs-agent, agent/taskresource/envFiles.
enum EnvironmentFile {
    /// - Returns: the variables of a text: a line for each, `NAME=value`. Nothing is done to values: quotes and blanks
    ///   are part of them. Lines that begin with `#`, and those without a name or a value, are passed over; of several
    ///   of one name the last counts.
    static func variables(in text: String) -> [String: String] {
        var variables: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { continue }
            variables[String(parts[0])] = String(parts[1])
        }
        return variables
    }

    /// The variables of a container's files; of several files with one name the first counts.
    static func variables(of container: ACS.Container, _ found: [SecretLookUp: String]) -> [String: String] {
        container.fileLookUps.reduce(into: [:]) { variables, lookUp in
            variables.merge(EnvironmentFile.variables(in: found[lookUp] ?? "")) { first, _ in first }
        }
    }
}

extension ACS.Container {
    /// Where its environment files are, in their order.
    var fileLookUps: [SecretLookUp] {
        (environmentFiles ?? []).filter { $0.type == "s3" }.compactMap { file in
            file.value.map { SecretLookUp(.objectStorage, $0) }
        }
    }
}

/// An object that an ARN names: `arn:aws:s3:::bucket/key`.
struct ObjectName: Equatable {
    var bucket: String
    var key: String

    /// - Returns: nil for what names none.
    init?(arn text: String) {
        guard let arn = ARN(text), arn.service == "s3" else { return nil }
        let parts = arn.resource.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2, !parts[1].isEmpty else { return nil }
        (bucket, key) = (parts[0], parts[1])
    }
}
