import AWSWire
import Foundation
import Testing

@testable import Server

@Suite("Objects") struct ObjectTests {
    private static func request(
        _ method: String, _ path: String, host: String = "127.0.0.1:4566", query: String = "",
        headers: HTTPHeaders = [:]
    ) -> ObjectRequest {
        var message = HTTPRequestMessage(method: method, rawPath: path, rawQuery: query, headers: headers)
        message.headers["Host"] = host
        return ObjectRequest(message)
    }

    @Test(
        "bucket and key are in the path, or the bucket is in the host",
        arguments: [
            ("127.0.0.1:4566", "/bucket/web/prod.env", "bucket", "web/prod.env"),
            ("s3.us-east-1.amazonaws.com", "/bucket/k", "bucket", "k"), ("localhost", "/bucket", "bucket", ""),
            ("my.bucket.s3.us-east-1.amazonaws.com", "/a%20b/%2E", "my.bucket", "a b/."),
            ("bucket.localhost:4566", "/k", "bucket", "k"), ("s3.localhost:4566", "/bucket/k", "bucket", "k"),
            ("bucket.s3.localhost:4566", "/", "bucket", ""), ("127.0.0.1", "/bucket//k/", "bucket", "/k/"),
        ])
    func names(host: String, path: String, bucket: String, key: String) {
        let request = ObjectTests.request("GET", path, host: host)
        #expect(request.bucket == bucket && request.key == key)
    }

    @Test("operations that are not served are none of those that are")
    func operations() {
        #expect(ObjectTests.request("PUT", "/b/k").operation == .put)
        #expect(ObjectTests.request("PUT", "/b/k", query: "x-id=PutObject").operation == .put)
        #expect(ObjectTests.request("PUT", "/b/").operation == .createBucket)
        for (method, path, query) in [
            ("PUT", "/b/k", "partNumber=1&uploadId=u"), ("POST", "/b/k", "uploads"), ("GET", "/b", "list-type=2"),
            ("GET", "/b/k", "acl"), ("GET", "/", ""), ("DELETE", "/b", ""), ("PUT", "/b", "policy"),
        ] { #expect(ObjectTests.request(method, path, query: query).operation == .other) }
        let copy: HTTPHeaders = ["x-amz-copy-source": "/b/other"]
        #expect(ObjectTests.request("PUT", "/b/k", headers: copy).operation == .other)
    }

    @Test("a framed body is put together, and a broken one refused")
    func frames() throws {
        func object(_ body: String, _ hash: String = "STREAMING-UNSIGNED-PAYLOAD-TRAILER", length: Int? = nil) throws
            -> String
        {
            var request = HTTPRequestMessage(method: "PUT", rawPath: "/b/k", body: Array(body.utf8))
            request.headers["x-amz-content-sha256"] = hash
            request.headers["x-amz-decoded-content-length"] = length.map(String.init)
            return String(decoding: try ObjectPayload.object(in: request), as: UTF8.self)
        }
        #expect(
            try object("4\r\nA=1\n\r\n3;x=y\r\nB=2\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n", length: 7) == "A=1\nB=2")
        #expect(try object("0\r\n\r\n", length: 0) == "")
        #expect(try object("as it is", "UNSIGNED-PAYLOAD") == "as it is")
        for body in ["", "4\r\nA=1", "zz\r\n", "-1\r\n", "fffffffff\r\n", "4\nA=1\n\n", "7fffffff\r\nx\r\n", "\r\n"] {
            #expect(throws: ObjectError.incompleteBody) { try object(body) }
        }
        #expect(throws: ObjectError.incompleteBody) { try object("1\r\nx\r\n0\r\n\r\n", length: 2) }
        #expect(throws: ObjectError.notImplemented) { try object("", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") }
    }

    @Test("parts of an object")
    func ranges() throws {
        func range(_ header: String?) throws -> Range<Int>? { try ObjectRange.read(header, count: 10)?.bytes }
        #expect(try range("bytes=0-3") == 0..<4 && range("bytes=8-99") == 8..<10 && range("bytes=7-") == 7..<10)
        #expect(try range("bytes=-4") == 6..<10 && range("bytes=-99") == 0..<10)
        #expect(try range(nil) == nil && range("bytes=0-1,3-4") == nil && range("lines=1-2") == nil)
        for header in ["bytes=10-", "bytes=5-4", "bytes=-0"] {
            #expect(throws: ObjectError.invalidRange) { try range(header) }
        }
    }

    @Test("no key leads out of its bucket, and none is another's folder")
    func files() throws {
        let directory = NSTemporaryDirectory() + "objects-" + UUID().uuidString
        let files = ObjectFiles(directory: directory)
        defer { files.removeAll() }
        let keys = [
            "a", "a/b", "../../escape", "..", ".", "/", ".env", "%2F", String(repeating: "k", count: 1_024), "ä\n",
            "%sha256-x",
        ]
        for key in keys { try files.write(Array(key.utf8), "bucket", key) }
        for key in keys { #expect(try files.read("bucket", key).bytes == Array(key.utf8)) }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory + "/bucket")
        #expect(names.count == keys.count && Set(keys.map(ObjectFiles.fileName)) == Set(names))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory + "/.parts").isEmpty)
        try files.remove("bucket", "a")
        try files.remove("bucket", "a")
        #expect(throws: ObjectError.noSuchKey) { try files.read("bucket", "a") }
        #expect(throws: ObjectError.noSuchBucket) { try files.read("other", "a") }
        #expect(throws: ObjectError.keyTooLong) { try files.write([], "bucket", String(repeating: "k", count: 1_025)) }
        for bucket in ["..", ".parts", "a", "A-B-C", "a/b", "a..b", ""] {
            #expect(throws: ObjectError.invalidBucketName) { try files.write([], bucket, "k") }
        }
    }

    @Test("errors are S3's XML, with what came in escaped")
    func errors() {
        let answer = ObjectError.noSuchKey.response("/b/<&", requestID: "r")
        #expect(answer.status == 404)
        #expect(
            String(decoding: answer.body, as: UTF8.self).hasSuffix(
                "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>"
                    + "<Resource>/b/&lt;&amp;</Resource><RequestId>r</RequestId></Error>"))
        #expect(ObjectError.translated(.accessDenied("m")).code == "AccessDenied")
    }
}
