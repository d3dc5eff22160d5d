import APIPipeline
import AWSModels
import AWSWire
import State

/// The stages that Secrets Manager itself moves.
enum SecretStage {
    static let current = "AWSCURRENT"
    static let previous = "AWSPREVIOUS"
}

/// The value of a secret as requests bring it.
struct SecretValue {
    let bytes: [UInt8]
    let isBinary: Bool

    /// Source: Secrets Manager User Guide, Quotas.
    private static let maximumBytes = 65_536

    /// - Returns: nil when neither form is given.
    /// - Throws: `InvalidParameterException` for both, or for too much.
    init?(_ text: String?, _ binary: [UInt8]?) throws(WireError) {
        guard text == nil || binary == nil else {
            throw .invalidParameter(
                "You can't specify both a binary secret value and a string secret value in the same secret.")
        }
        guard let bytes = binary ?? text.map({ Array($0.utf8) }) else { return nil }
        guard bytes.count <= SecretValue.maximumBytes else {
            throw .invalidParameter("The secret value must have no more than \(SecretValue.maximumBytes) bytes.")
        }
        self.bytes = bytes
        isBinary = binary != nil
    }
}

extension SecretRecord {
    /// The most versions that are kept; deprecated ones go first.
    /// Source: Secrets Manager User Guide, Quotas (Versions per secret).
    private static let maximumVersions = 100
    /// Source: Secrets Manager User Guide, Quotas (Labels attached across all versions of a secret).
    private static let maximumStages = 20

    /// The version of an id, of a stage, or of both.
    /// - Throws: `ResourceNotFoundException`.
    func version(_ id: String?, _ stage: String?) throws(WireError) -> SecretVersion {
        let stage = stage ?? (id == nil ? SecretStage.current : nil)
        let found = versions.last { version in
            (id.map { version.id == $0 } ?? true) && (stage.map { version.stages.contains($0) } ?? true)
        }
        guard let found else {
            let what = id.map { "VersionId: \($0)" } ?? "staging label: \(stage ?? "")"
            throw .resourceNotFound("Secrets Manager can't find the specified secret value for \(what)")
        }
        return found
    }

    /// Adds a version with some stages, which it takes from others.
    /// - Returns: the version, also when it was there already with the same value.
    /// - Throws: `ResourceExistsException` when its id stands for another value.
    mutating func add(
        _ value: SecretValue, id: String, stages: [String], _ realm: Realm, _ vault: Vault,
        _ context: inout DecisionContext
    ) throws(WireError) -> SecretVersion {
        if let known = versions.first(where: { $0.id == id }) {
            guard self.value(of: known, vault) == value.bytes, known.isBinary == value.isBinary else {
                throw .resourceExists(
                    "You can't use ClientRequestToken \(id) because that value is already in use for a version of "
                        + "secret \(arn(realm)).")
            }
            return known
        }
        var version = SecretVersion()
        version.id = id
        version.isBinary = value.isBinary
        version.sealedValue = vault.seal(value.bytes, for: vaultName(id), &context.random)
        version.createdAt = context.now
        versions.append(version)
        // The first version is the current one, whatever else it is.
        let isFirst = !versions.contains { $0.stages.contains(SecretStage.current) }
        for stage in stages + (isFirst ? [SecretStage.current] : []) { move(stage, to: id) }
        guard versions.reduce(0, { $0 + $1.stages.count }) <= SecretRecord.maximumStages else {
            throw .limitExceeded("A secret can have no more than \(SecretRecord.maximumStages) staging labels.")
        }
        while versions.count > SecretRecord.maximumVersions,
            let position = versions.firstIndex(where: { $0.stages.isEmpty && $0.id != id })
        { versions.remove(at: position) }
        changedAt = context.now
        return versions.last { $0.id == id } ?? version
    }

    /// Moves a stage to a version, or away from all. The version that loses AWSCURRENT becomes the previous one.
    mutating func move(_ stage: String, to id: String?) {
        guard let id, versions.first(where: { $0.id == id })?.stages.contains(stage) != true else {
            if id == nil { removeStage(stage) }
            return
        }
        let old = versions.firstIndex { $0.stages.contains(stage) }
        removeStage(stage)
        if stage == SecretStage.current, let old {
            removeStage(SecretStage.previous)
            versions[old].stages.append(SecretStage.previous)
        }
        if let position = versions.firstIndex(where: { $0.id == id }) {
            versions[position].stages.append(stage)
            versions[position].stages.sort()
        }
    }

    private mutating func removeStage(_ stage: String) {
        for index in versions.indices { versions[index].stages.removeAll { $0 == stage } }
    }

    /// Version ids with the stages of each, without the deprecated ones.
    var stages: [String: [String]] {
        Dictionary(
            versions.filter { !$0.stages.isEmpty }.map { ($0.id, $0.stages) }, uniquingKeysWith: { first, _ in first })
    }
}
