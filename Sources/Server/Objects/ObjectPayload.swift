import AWSWire

/// The bytes of an object as requests carry them.
enum ObjectPayload {
    /// The object in a body, without the framing `aws-chunked` that SDKs use behind TLS to send a checksum last:
    /// `<hexadecimal size>[;extension]\r\n<bytes>\r\n … 0\r\n<trailers>\r\n`.
    ///
    /// Seam: chunks that are signed one by one (`STREAMING-AWS4-HMAC-SHA256-…`) are refused; SDKs that send them have a
    /// switch for it. The checksums themselves are not compared: the length is.
    /// - Throws: when the framing is broken or not served.
    /// Source: Amazon S3 API Reference, "Transferring payload in multiple chunks (chunked upload)".
    static func object(in request: HTTPRequestMessage) throws(ObjectError) -> [UInt8] {
        let hash = request.headers["x-amz-content-sha256"] ?? ""
        let isFramed = request.headers["Content-Encoding"]?.lowercased().contains("aws-chunked") ?? false
        guard hash.hasPrefix("STREAMING-") || isFramed else { return request.body }
        guard !hash.hasPrefix("STREAMING-AWS4") else { throw .notImplemented }
        let object = try unframed(request.body)
        if let length = request.headers["x-amz-decoded-content-length"], Int(length) != object.count {
            throw .incompleteBody
        }
        return object
    }

    private static func unframed(_ bytes: [UInt8]) throws(ObjectError) -> [UInt8] {
        var object: [UInt8] = []
        var rest = bytes[...]
        while true {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")), end > rest.startIndex,
                rest[end - 1] == UInt8(ascii: "\r")
            else { throw .incompleteBody }
            let line = String(decoding: rest[..<(end - 1)].prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
            guard line.utf8.count <= 8, let size = Int(line, radix: 16), size >= 0 else { throw .incompleteBody }
            rest = rest[(end + 1)...]
            guard size > 0 else { return object }
            guard rest.count >= size + 2 else { throw .incompleteBody }
            object += rest.prefix(size)
            rest = rest.dropFirst(size)
            guard rest.starts(with: [UInt8(ascii: "\r"), UInt8(ascii: "\n")]) else { throw .incompleteBody }
            rest = rest.dropFirst(2)
        }
    }
}

/// Part of an object that a request wants: `bytes=first-last`.
struct ObjectRange: Equatable {
    var bytes: Range<Int>

    /// - Returns: nil for a header that is none or is not served: then the whole object is meant.
    /// - Throws: when there is nothing in the range.
    /// Source: RFC 9110, Range.
    static func read(_ header: String?, count: Int) throws(ObjectError) -> ObjectRange? {
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else { return nil }
        let ends = header.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        if ends[0].isEmpty {
            guard let length = Int(ends[1]), length >= 0 else { return nil }
            guard length > 0, count > 0 else { throw .invalidRange }
            return ObjectRange(bytes: max(0, count - length)..<count)
        }
        guard let first = Int(ends[0]), let last = ends[1].isEmpty ? count - 1 : Int(ends[1]), first >= 0 else {
            return nil
        }
        guard first < count, first <= last else { throw .invalidRange }
        return ObjectRange(bytes: first..<(min(last, count - 1) + 1))
    }
}
