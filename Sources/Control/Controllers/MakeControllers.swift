/// All controllers of a region, in the order in which they decide.
package func makeControllers() -> [any Controller] {
    [
        DaemonController(), ServiceController(), TrafficController(), TargetController(), BalancerController(),
        GatewayController(), ProtectionController(), ProvisioningController(), InterfaceController(),
        RetentionController(),
    ]
}
