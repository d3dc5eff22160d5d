import AWSWire

/// What a request wants of the region's objects: S3's REST API, as far as it is served.
/// Source: Amazon S3 API Reference; Amazon S3 User Guide, "Virtual hosting of buckets".
struct ObjectRequest: Equatable {
    enum Operation: Equatable {
        case get, head, put, delete
        case createBucket, headBucket
        case other
    }

    var operation: Operation
    var bucket: String
    /// Decoded; empty for the bucket itself.
    var key: String

    /// The longest key in bytes. Source: Amazon S3 User Guide, "Naming Amazon S3 objects".
    static let maximumKey = 1_024
    /// Parameters that make no other operation of a request.
    private static let harmless: Set = ["x-id", "versionId"]

    /// Whether a request is for S3: its signature says so, in the headers or in the query.
    static func isMeant(by request: HTTPRequestMessage) -> Bool {
        request.headers["Authorization"]?.contains("/s3/aws4_request") ?? false
            || request.rawQuery.contains("%2Fs3%2Faws4_request")
    }

    init(_ request: HTTPRequestMessage) {
        var path = request.rawPath[...]
        if path.hasPrefix("/") { path = path.dropFirst() }
        if let name = ObjectRequest.bucket(inHost: request.headers["Host"] ?? "") {
            bucket = name
        } else {
            bucket = ObjectRequest.decoded(path.prefix { $0 != "/" })
            path = path.dropFirst(path.prefix { $0 != "/" }.count + 1)
        }
        key = ObjectRequest.decoded(path)
        operation = ObjectRequest.operation(request, isBucket: key.isEmpty)
    }

    private static func operation(_ request: HTTPRequestMessage, isBucket: Bool) -> Operation {
        let names = request.rawQuery.split(separator: "&").map { String($0.prefix { $0 != "=" }) }
        guard names.allSatisfy({ harmless.contains($0) || $0.hasPrefix("X-Amz-") }),
            request.headers["x-amz-copy-source"] == nil
        else { return .other }
        return switch (request.method, isBucket) {
        case ("GET", false): .get
        case ("HEAD", false): .head
        case ("PUT", false): .put
        case ("DELETE", false): .delete
        case ("PUT", true): .createBucket
        case ("HEAD", true): .headBucket
        default: .other
        }
    }

    /// The bucket that a host names: `bucket.s3.region.amazonaws.com`, `bucket.s3.localhost`, `bucket.localhost`.
    private static func bucket(inHost host: String) -> String? {
        let name = host.prefix { $0 != ":" }.lowercased()
        for mark in [".s3.", ".s3-"] {
            if let range = name.firstRange(of: mark) { return String(name[..<range.lowerBound]) }
        }
        guard name.hasSuffix(".localhost"), !name.hasPrefix("s3.") else { return nil }
        return String(name.dropLast(".localhost".count))
    }

    private static func decoded(_ text: some StringProtocol) -> String {
        String(decoding: PercentCoding.decode(Array(text.utf8)), as: UTF8.self)
    }

    var arn: String { "arn:aws:s3:::\(bucket)\(key.isEmpty ? "" : "/\(key)")" }

    /// What the caller must be allowed to do.
    var action: String {
        switch operation {
        case .get, .head: "s3:GetObject"
        case .put: "s3:PutObject"
        case .delete: "s3:DeleteObject"
        case .createBucket: "s3:CreateBucket"
        case .headBucket, .other: "s3:ListBucket"
        }
    }

    /// Source: Amazon S3 User Guide, "General purpose bucket naming rules".
    static func isBucketName(_ name: String) -> Bool {
        let ends = [name.utf8.first, name.utf8.last]
        func isPlain(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return (3...63).contains(name.utf8.count) && ends.allSatisfy { $0.map(isPlain) ?? false }
            && name.utf8.allSatisfy { isPlain($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
            && !name.contains("..")
    }
}
