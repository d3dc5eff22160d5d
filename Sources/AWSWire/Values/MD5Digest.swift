import Crypto

/// MD5 as text: S3's entity tags are that. It protects nothing.
package enum MD5Digest {
    /// The digest in 32 lower-case hexadecimal digits.
    package static func hex(of bytes: [UInt8]) -> String {
        SHA256Digest.hexadecimal(Insecure.MD5.hash(data: bytes))
    }
}
