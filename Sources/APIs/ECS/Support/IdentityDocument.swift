import AWSWire

/// What an EC2 instance identity document says. Agents outside EC2 send an empty one.
enum IdentityDocument {
    /// `i-…`; nil when the document has none.
    static func instanceID(_ document: String?) -> String? { member("instanceId", of: document) }

    /// For example `us-east-1a`; nil when the document has none.
    static func availabilityZone(_ document: String?) -> String? { member("availabilityZone", of: document) }

    /// The host's address; nil when the document has none.
    static func privateIPv4Address(_ document: String?) -> String? {
        member("privateIp", of: document).flatMap { IPv4Address($0)?.description }
    }

    private static func member(_ name: String, of document: String?) -> String? {
        guard let document, !document.isEmpty, let value = try? JSONValue.parse(Array(document.utf8)) else {
            return nil
        }
        guard case .string(let text)? = value[name], !text.isEmpty, text.utf8.count <= 255 else { return nil }
        return text
    }
}
