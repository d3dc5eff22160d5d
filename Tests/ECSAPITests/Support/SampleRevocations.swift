/// Revocation lists of nobody, made with OpenSSL for these tests.
enum SampleRevocations {
    /// The authority of both lists, valid for 7,000 days.
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBsTCCAVegAwIBAgIUaJ5jB1IwH+pWoliLZ3RcxKMQ/i8wCgYIKoZIzj0EAwIw
        LjEWMBQGA1UEAwwNZWxsaXB0aWMgcm9vdDEUMBIGA1UECgwLUm9vc3QgVGVzdHMw
        HhcNMjYxMTI4MjI0NjAzWhcNNDYwMTI3MjI0NjAzWjAuMRYwFAYDVQQDDA1lbGxp
        cHRpYyByb290MRQwEgYDVQQKDAtSb29zdCBUZXN0czBZMBMGByqGSM49AgEGCCqG
        SM49AwEHA0IABMte0AZNu7W+lVlX81Ns7SRSOAhQ/x08fvRPMJgbJcMY3PJFztRI
        /Sj8LmjV82FsXRxdUV5SWRuucesCJ4HyCKSjUzBRMB0GA1UdDgQWBBQQ/B7Dyzak
        VH71/EOxUKqUAkGxjjAfBgNVHSMEGDAWgBQQ/B7DyzakVH71/EOxUKqUAkGxjjAP
        BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIDSg3FQHVYN8+eOCFsQb
        2z/HIsxcBNm8EkfC9MBY0wz1AiEA4EmeB3vGuO4blAHZMvLLjDXRG0dmjltL4eaB
        i0VIqNo=
        -----END CERTIFICATE-----
        """

    /// Two certificates, one with a reason.
    static let two = """
        -----BEGIN X509 CRL-----
        MIH/MIGlAgEBMAoGCCqGSM49BAMCMC4xFjAUBgNVBAMMDWVsbGlwdGljIHJvb3Qx
        FDASBgNVBAoMC1Jvb3N0IFRlc3RzFw0yNjExMjgyMjQ2MDNaFw00NjAxMjcyMjQ2
        MDNaMDYwEgIBARcNMjUxMTAxMDAwMDAwWjAgAgEKFw0yNTExMDIwMDAwMDBaMAww
        CgYDVR0VBAMKAQGgDjAMMAoGA1UdFAQDAgECMAoGCCqGSM49BAMCA0kAMEYCIQCm
        qAT+FAPRcGgpMe2X3epLdkPN627OCosTANcuBxNkEQIhAJByS46VvyuxzH9LkV1l
        fqVMdOjZ7Av+ZpwI2CBDsrUd
        -----END X509 CRL-----
        """

    /// A list without entries.
    static let none = """
        -----BEGIN X509 CRL-----
        MIHFMG0CAQEwCgYIKoZIzj0EAwIwLjEWMBQGA1UEAwwNZWxsaXB0aWMgcm9vdDEU
        MBIGA1UECgwLUm9vc3QgVGVzdHMXDTI2MTEyODIyNDYwM1oXDTQ2MDEyNzIyNDYw
        M1qgDjAMMAoGA1UdFAQDAgEBMAoGCCqGSM49BAMCA0gAMEUCIQCPoi52tnDl7Kt6
        Lkku5krRtDdhfNQC31BkDjUIuPv6PgIgNvAVgesfQoGI+Z1imgxVhN8iZXBvCR8m
        qty1wICu+2Q=
        -----END X509 CRL-----
        """
}

extension TestRegion {
    /// The objects of S3 that the region has: in the bucket `trust`.
    static let objects: [String: String] = [
        "ca.pem": SampleCertificates.root, "two.pem": SampleCertificates.root + "\n" + SampleRevocations.authority,
        "26.pem": String(repeating: SampleRevocations.authority + "\n", count: 26),
        "key.pem": SampleCertificates.root + "\n" + SampleCertificates.rsaKey, "text": "no certificate",
        "crl.pem": SampleRevocations.two, "empty.crl.pem": SampleRevocations.none,
        "long.crl.pem": SampleRevocations.two + String(repeating: "\n", count: 1 << 20),
    ]
}
