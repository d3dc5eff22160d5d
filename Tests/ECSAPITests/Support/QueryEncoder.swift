import AWSWire

/// Writes an input as the form of a query request, as the SDKs do it.
enum QueryEncoder {
    /// - Parameter input: an object with the names of the model's wire form; EC2's get their capital here.
    static func form(_ input: JSONValue, _ operation: OperationModel) -> String {
        var pairs = [("Action", operation.name), ("Version", operation.api.version)]
        append(input, "", operation.api.protocol == .ec2Query, &pairs)
        return pairs.map { "\(escaped($0.0))=\(escaped($0.1))" }.joined(separator: "&")
    }

    private static func append(_ value: JSONValue, _ path: String, _ isEC2: Bool, _ pairs: inout [(String, String)]) {
        let prefix = path.isEmpty ? "" : path + "."
        if let members = value.members {
            for member in members {
                let name = isEC2 ? member.name.prefix(1).uppercased() + member.name.dropFirst() : member.name
                append(member.value, prefix + name, isEC2, &pairs)
            }
        } else if let items = value.arrayValue {
            if items.isEmpty { pairs.append((path, "")) }
            for (index, item) in items.enumerated() {
                append(item, prefix + (isEC2 ? "\(index + 1)" : "member.\(index + 1)"), isEC2, &pairs)
            }
        } else {
            pairs.append((path, value.stringValue ?? String(decoding: value.encode(), as: UTF8.self)))
        }
    }

    private static func escaped(_ text: String) -> String {
        let kept = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~".utf8)
        return text.utf8.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return kept.contains(byte) ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + digits
        }.joined()
    }
}
