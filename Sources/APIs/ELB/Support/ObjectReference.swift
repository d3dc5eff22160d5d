import APIPipeline
import AWSModels
import AWSWire

/// An object of S3 that a request names.
struct ObjectReference: Sendable {
    let bucket: String
    let key: String
    /// Objects of the region have no versions but the one that S3 calls `null`.
    let version: String?

    /// What the caller must be allowed to do beside the operation.
    var access: AccessRequest { AccessRequest("s3:GetObject", "arn:aws:s3:::\(bucket)/\(key)") }

    private var hasVersion: Bool { version.map { $0.isEmpty || $0 == "null" } ?? true }

    /// Reads objects one after another.
    /// - Parameters:
    ///   - missing: the error for an object that is not there.
    ///   - invalid: the error for one that cannot be read.
    ///   - answer: gets the objects in order, or the first error.
    static func read(
        _ references: [ObjectReference], from source: ObjectSource, missing: WireError, invalid: WireError,
        answer: @escaping @Sendable (Result<[[UInt8]], WireError>) -> Void
    ) {
        next(references[...], [])

        @Sendable func next(_ rest: ArraySlice<ObjectReference>, _ found: [[UInt8]]) {
            guard let first = rest.first else { return answer(.success(found)) }
            guard first.hasVersion else { return answer(.failure(missing)) }
            source.read(first.bucket, first.key) { result in
                switch result {
                case .success(let bytes): next(rest.dropFirst(), found + [bytes])
                case .failure(.notFound): answer(.failure(missing))
                case .failure(.tooLarge): answer(.failure(invalid))
                case .failure(.unreadable): answer(.failure(.internalFailure))
                }
            }
        }
    }
}

extension ObjectReference {
    /// Reads the bundle of a trust store.
    func readBundle(
        _ call: Call, answer: @escaping @Sendable (Result<AuthorityBundle, WireError>) -> Void
    ) throws(WireError) {
        let source = try call.services.get(ObjectSource.self)
        ObjectReference.read(
            [self], from: source,
            missing: .caCertificatesBundleNotFound("The specified ca certificate bundle does not exist"),
            invalid: .invalidCaCertificatesBundle("The specified ca certificate bundle is too large")
        ) { result in
            answer(
                result.flatMap { objects in
                    Result { () throws(WireError) in try AuthorityBundle(objects.first ?? []) }
                })
        }
    }
}
