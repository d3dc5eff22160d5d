import APIPipeline
import AWSModels
import AWSWire
import NIOPosix
import State

/// The region's S3, for the files that tasks name (`environmentFiles`): single objects are put, read and deleted, and
/// buckets made. Everything else, lists and parts of uploads among it, is answered with S3's NotImplemented.
struct ObjectDoor: Sendable {
    let files: ObjectFiles
    let authenticator: any Authenticating
    let access: any AccessDeciding

    /// Answers a request that is meant for S3. Disk is touched on another thread.
    func handle(
        _ request: HTTPRequestMessage, _ snapshot: Snapshot, requestID: String,
        respond: @escaping @Sendable (HTTPResponseMessage) -> Void
    ) {
        let wanted = ObjectRequest(request)
        do throws(WireError) {
            let caller = try authenticator.authenticate(request, ECS.api, at: WallClock.now)
            try access.decide(AccessRequest(wanted.action, wanted.arn), caller, snapshot)
        } catch {
            return respond(ObjectError.translated(error).response(request.rawPath, requestID: requestID))
        }
        let region = snapshot.realm.region
        NIOThreadPool.singleton.submit { state in
            guard case .active = state else { return respond(HTTPResponseMessage(status: 503)) }
            do throws(ObjectError) {
                var answer = try perform(wanted, request, region)
                answer.headers["x-amz-request-id"] = requestID
                respond(answer)
            } catch {
                respond(error.response(request.rawPath, requestID: requestID))
            }
        }
    }

    func perform(
        _ wanted: ObjectRequest, _ request: HTTPRequestMessage, _ region: String
    ) throws(ObjectError) -> HTTPResponseMessage {
        let (bucket, key) = (wanted.bucket, wanted.key)
        switch wanted.operation {
        case .get, .head: return try get(try files.read(bucket, key), request)
        case .put:
            let object = try ObjectPayload.object(in: request)
            try files.write(object, bucket, key)
            return HTTPResponseMessage(status: 200, headers: ["ETag": ObjectDoor.tag(object)])
        case .delete:
            try files.remove(bucket, key)
            return HTTPResponseMessage(status: 204)
        case .createBucket:
            try files.makeBucket(bucket)
            return HTTPResponseMessage(status: 200, headers: ["Location": "/\(bucket)"])
        case .headBucket:
            guard try files.hasBucket(bucket) else { throw .noSuchBucket }
            return HTTPResponseMessage(status: 200, headers: ["x-amz-bucket-region": region])
        case .other: throw .notImplemented
        }
    }

    private func get(
        _ object: ObjectFiles.Look, _ request: HTTPRequestMessage
    ) throws(ObjectError) -> HTTPResponseMessage {
        var answer = HTTPResponseMessage(status: 200, body: object.bytes)
        answer.headers = [
            "Content-Type": "binary/octet-stream", "ETag": ObjectDoor.tag(object.bytes), "Accept-Ranges": "bytes",
            "Last-Modified": object.modifiedAt.httpDate,
        ]
        guard let range = try ObjectRange.read(request.headers["Range"], count: object.bytes.count) else {
            return answer
        }
        answer.status = 206
        answer.body = Array(object.bytes[range.bytes])
        let last = range.bytes.upperBound - 1
        answer.headers["Content-Range"] = "bytes \(range.bytes.lowerBound)-\(last)/\(object.bytes.count)"
        return answer
    }

    private static func tag(_ bytes: [UInt8]) -> String { "\"\(MD5Digest.hex(of: bytes))\"" }
}
