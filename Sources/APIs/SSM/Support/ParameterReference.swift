import APIPipeline
import AWSModels
import AWSWire
import State

extension Snapshot {
    /// The parameter of a name or ARN that carries no version.
    /// - Throws: `ParameterNotFound`, without a text as in Parameter Store.
    func parameter(_ name: String) throws(WireError) -> ParameterRecord {
        guard let record = get(ParameterRecord.key(ParameterName(name, self).name)) else {
            throw .parameterNotFound("")
        }
        return record
    }
}

extension ParameterRecord {
    /// The newest version.
    var latest: ParameterVersion { versions.last ?? ParameterVersion() }

    /// The version with a number or a label; the newest without one.
    func version(_ selector: String?) -> ParameterVersion? {
        guard let selector else { return versions.last }
        return versions.last { String($0.number) == selector || $0.labels.contains(selector) }
    }

    /// A version as GetParameter shows it.
    /// - Parameter isDecrypted: whether the caller asked for the text of a SecureString. Others get what is sealed.
    func shown(_ version: ParameterVersion, selector: String?, isDecrypted: Bool, _ snapshot: Snapshot) -> SSM.Parameter
    {
        SSM.Parameter(
            name: name, type: type, value: shownValue(of: version, isDecrypted: isDecrypted, snapshot),
            version: version.number, selector: selector.map { ":\($0)" }, lastModifiedDate: version.modifiedAt,
            arn: arn(snapshot.realm), dataType: dataType)
    }

    /// The value in clear, or what the vault made of it for a SecureString that nobody asked to decrypt.
    func shownValue(of version: ParameterVersion, isDecrypted: Bool, _ snapshot: Snapshot) -> String {
        type == .secureString && !isDecrypted ? version.sealedValue : value(of: version, snapshot.vault) ?? ""
    }
}

extension Operation {
    /// What a caller must be allowed to do: the operation itself, on parameters.
    func permission(_ names: [String], _ snapshot: Snapshot) -> [AccessRequest] {
        names.map { name in
            let arn = ParameterRecord.arn(ParameterName(name, snapshot).name, snapshot.realm)
            return AccessRequest("ssm:\(Self.model.name)", arn)
        }
    }
}

/// The tags of a parameter.
/// Source: Systems Manager API Reference, AddTagsToResource.
enum Tags {
    private static let maximumCount = 50

    /// The tags after some were added: a key that is there gets the new value.
    static func adding(_ new: [SSM.Tag], to old: [SSM.Tag]) throws(WireError) -> [SSM.Tag] {
        var tags = old
        for tag in new {
            if let position = tags.firstIndex(where: { $0.key == tag.key }) {
                tags[position] = tag
            } else {
                tags.append(tag)
            }
        }
        guard tags.count <= maximumCount else {
            throw .tooManyTagsError("The number of tags exceeds the limit of \(maximumCount).")
        }
        return tags
    }
}

/// The resources of Systems Manager that can be tagged here.
enum TaggedResource {
    /// The parameter of a request about tags.
    static func parameter(
        _ type: SSM.ResourceTypeForTagging, _ id: String, _ snapshot: Snapshot
    ) throws(WireError) -> ParameterRecord {
        guard type == .parameter else { throw .invalidResourceType("Only parameters can be tagged.") }
        guard let record = snapshot.get(ParameterRecord.key(ParameterName(id, snapshot).name)) else {
            throw .invalidResourceId("")
        }
        return record
    }
}
