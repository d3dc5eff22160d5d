/// A predefined security policy: the versions of TLS and the ciphers that a listener takes.
/// Source: Application Load Balancers User Guide, Security policies for your Application Load Balancer.
package struct SSLPolicy: Sendable {
    package let name: String
    /// For example `TLSv1.2`, the oldest first.
    package let protocols: [String]
    /// In OpenSSL's names, in the order of preference.
    package let ciphers: [String]

    /// What a listener has that names none.
    package static let defaultName = "ELBSecurityPolicy-2016-08"

    /// The policy of a name; nil for one that is not known.
    package static func named(_ name: String) -> SSLPolicy? { all.first { $0.name == name } }

    /// All policies, in the order of their names. Those for FIPS and post-quantum key exchange are not among them: the
    /// TLS library of a node has neither.
    package static let all: [SSLPolicy] = [
        SSLPolicy("2015-05", 0...2, legacy),
        SSLPolicy("2016-08", 0...2, legacy),
        SSLPolicy("FS-1-1-2019-08", 1...2, forwardSecret + forwardSecretSHA),
        SSLPolicy("FS-1-2-2019-08", 2...2, forwardSecret + forwardSecretSHA),
        SSLPolicy("FS-1-2-Res-2019-08", 2...2, forwardSecret),
        SSLPolicy("FS-1-2-Res-2020-10", 2...2, forwardSecretGCM),
        SSLPolicy("FS-2018-06", 0...2, forwardSecret + forwardSecretSHA),
        SSLPolicy("TLS-1-0-2015-04", 0...2, legacy + ["DES-CBC3-SHA"]),
        SSLPolicy("TLS-1-1-2017-01", 1...2, legacy),
        SSLPolicy("TLS-1-2-2017-01", 2...2, forwardSecret + plain),
        SSLPolicy("TLS-1-2-Ext-2018-06", 2...2, legacy),
        SSLPolicy("TLS13-1-0-2021-06", 0...3, tls13 + legacy),
        SSLPolicy("TLS13-1-1-2021-06", 1...3, tls13 + legacy),
        SSLPolicy("TLS13-1-2-2021-06", 2...3, tls13 + forwardSecret),
        SSLPolicy("TLS13-1-2-Ext1-2021-06", 2...3, tls13 + forwardSecret + plain),
        SSLPolicy("TLS13-1-2-Ext2-2021-06", 2...3, tls13 + legacy),
        SSLPolicy("TLS13-1-2-Res-2021-06", 2...3, tls13 + forwardSecretGCM),
        SSLPolicy("TLS13-1-3-2021-06", 3...3, tls13),
    ]

    /// - Parameter versions: the minor numbers of TLS 1.
    private init(_ name: String, _ versions: ClosedRange<Int>, _ ciphers: [String]) {
        self.name = "ELBSecurityPolicy-" + name
        protocols = versions.map { $0 == 0 ? "TLSv1" : "TLSv1.\($0)" }
        self.ciphers = ciphers
    }

    private static let tls13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
    private static let forwardSecretGCM = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
    ]
    private static let forwardSecret = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256",
        "ECDHE-RSA-AES128-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA384",
    ]
    private static let forwardSecretSHA = [
        "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA", "ECDHE-ECDSA-AES256-SHA",
    ]
    private static let plain = ["AES128-GCM-SHA256", "AES128-SHA256", "AES256-GCM-SHA384", "AES256-SHA256"]
    private static let legacy = forwardSecret + forwardSecretSHA + plain + ["AES128-SHA", "AES256-SHA"]
}
