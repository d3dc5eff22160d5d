import NodeNet

/// The programs a load balancer node drives.
package struct BalancerProgram: Sendable {
    package let name: String
    /// Debian's name.
    package let package: String
    package let purpose: String
    package let isThere: Bool
}

/// What has to be installed.
package enum BalancerPrograms {
    package static var all: [BalancerProgram] {
        let nginx = Program.find("nginx") != nil
        return [
            BalancerProgram(
                name: "haproxy", package: "haproxy", purpose: "load balancers",
                isThere: Program.find("haproxy") != nil),
            BalancerProgram(
                name: "nginx", package: "nginx-light", purpose: "listeners for UDP", isThere: nginx),
            BalancerProgram(
                name: "nginx's module stream", package: "libnginx-mod-stream", purpose: "listeners for UDP",
                isThere: NginxProcess.module != nil),
            BalancerProgram(
                name: "ip", package: "iproute2", purpose: "load balancers' addresses",
                isThere: Program.find("ip") != nil),
        ]
    }
}
