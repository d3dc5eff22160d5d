/// Everything a load balancer node serves, without its targets: the whole of it, every time.
///
/// Values are resolved: nothing is left to a default of the API. The node knows nothing of AWS's shapes beyond this.
package struct BalancerConfiguration: Codable, Sendable, Equatable {
    /// Grows with every change; the node answers with it in `BalancerApplied`.
    package var revision: Int
    package var loadBalancers: [LoadBalancer] = []
    /// Those that a listener or a rule of `loadBalancers` forwards to. A group that no listener uses is not sent.
    package var targetGroups: [TargetGroup] = []
    package var certificates: [Certificate] = []

    package init(revision: Int) { self.revision = revision }

    /// A certificate with its private key. Never logged.
    package struct Certificate: Codable, Sendable, Equatable {
        /// Unique and stable, for example the ARN. A certificate that is imported anew keeps its id.
        package var id: String
        /// The certificate, its chain and its key, each as a PEM block, in this order.
        package var pem: String

        package init(id: String, pem: String) {
            self.id = id
            self.pem = pem
        }
    }
}
