import AWSWire

/// Blocks of base 64 between lines with a label.
/// Source: RFC 7468.
package struct PEM {
    /// For example `CERTIFICATE`.
    package let label: String
    package let bytes: [UInt8]

    package init(label: String, bytes: [UInt8]) {
        self.label = label
        self.bytes = bytes
    }

    private static let lineLength = 64

    /// The blocks of a text, in order; nil when one is damaged. What stands between blocks is passed over.
    package static func blocks(_ text: [UInt8]) -> [PEM]? {
        guard let text = String(validating: text, as: UTF8.self) else { return nil }
        var blocks: [PEM] = []
        var label: String?
        var body = ""
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.trimmingBlanks
            if let open = label {
                if line == "-----END \(open)-----" {
                    guard let bytes = Base64.decode(body.utf8), !bytes.isEmpty else { return nil }
                    blocks.append(PEM(label: open, bytes: bytes))
                    (label, body) = (nil, "")
                } else {
                    body += line
                }
            } else if line.hasPrefix("-----BEGIN "), line.hasSuffix("-----"), line.count > 16 {
                label = String(line.dropFirst("-----BEGIN ".count).dropLast("-----".count))
            }
        }
        return label == nil ? blocks : nil
    }

    /// The block as text in its usual form, which is all that is kept of what a client sent.
    package var text: String {
        let digits = Base64.encode(bytes)
        var lines = ["-----BEGIN \(label)-----"]
        for start in stride(from: 0, to: digits.count, by: PEM.lineLength) {
            lines.append(String(decoding: digits[start..<min(start + PEM.lineLength, digits.count)], as: UTF8.self))
        }
        lines.append("-----END \(label)-----")
        return lines.joined(separator: "\n")
    }
}

extension StringProtocol {
    fileprivate var trimmingBlanks: String {
        let start = drop { $0 == " " || $0 == "\t" }
        var end = start.endIndex
        while end > start.startIndex, " \t".contains(start[start.index(before: end)]) { end = start.index(before: end) }
        return String(start[..<end])
    }
}
