"""Every way a platform writes a secret: none gets past the pack's own rules and the guard.

T35: the forms are those of the vendors' command references; {} is the canary. It is tried as a word,
as a word with signs, as digits and as base64: a guard that only knows what looks random misses some.
"""

import pytest

from tests.fixtures.config_packs import diff, redacted, shipped

WORD, SIGNS, DIGITS, B64 = "kanarivogel", "Kanari7#Vogel!", "7340926158", "S2FuYXJpN1ZvZ2VsS2Fu"
SHAPES = (WORD, SIGNS, DIGITS, B64)

FORMS = {  # a line each; ⏎ is a line end inside a form
    "huawei_vrp": """\
 local-user ops password irreversible-cipher $1a${}$abc$
 local-user ops password irreversible-cipher $1c${}$abc$
 local-user ops password cipher %^%#{}%^%#
 local-user ops password cipher %$%${}%$%$
 local-user ops password cipher @%@%{}@%@%
 local-user ops password cipher %@%@{}%@%@
 local-user ops password cipher %#%#{}%#%#
 local-user ops password cipher {}
 local-user ops password simple {}
 local-user ops ftp-directory flash: password cipher {} level 3
 manager-user ops password cipher %@%@{}%@%@
  password cipher {}
super password level 3 cipher {}
super password level 3 simple {}
 set authentication password cipher {}
 set authentication password simple {}
snmp-agent community read {}
snmp-agent community write {} acl 2000
snmp-agent community read cipher {} mib-view iso
snmp-agent community {} view iso
snmp-agent usm-user v3 ops g authentication-mode md5 {} privacy-mode des56 {}
snmp-agent usm-user v3 ops authentication-mode sha cipher {}
snmp-agent target-host trap address udp-domain 192.0.2.9 params securityname {}
snmp-agent target-host trap address udp-domain 192.0.2.9 params securityname cipher {} v2c
 radius-server shared-key {}
 radius-server shared-key cipher {}
 radius-server shared-key cipher {} 192.0.2.7
 hwtacacs-server shared-key {}
 hwtacacs-server shared-key cipher {}
hwtacacs-server host 192.0.2.7 shared-key cipher {}
 ospf authentication-mode simple {}
 ospf authentication-mode simple plain {}
 ospf authentication-mode simple cipher {}
 ospf authentication-mode md5 1 {}
 ospf authentication-mode md5 1 plain {}
 ospf authentication-mode md5 1 cipher {}
 ospf authentication-mode hmac-sha256 1 {}
  authentication-mode md5 1 plain {}
  authentication-mode hmac-md5 5 cipher {}
 isis authentication-mode simple {}
 isis authentication-mode md5 {}
 isis authentication-mode md5 plain {} ip
 isis authentication-mode hmac-sha256 key-id 33 {}
 isis authentication-mode hmac-sha256 key-id 33 cipher {}
 area-authentication-mode md5 {}
 area-authentication-mode md5 cipher {}
 domain-authentication-mode hmac-sha256 key-id 4 {}
 rip authentication-mode simple {}
 rip authentication-mode md5 usual {}
 rip authentication-mode md5 nonstandard {} 5
 rip authentication-mode hmac-sha256 cipher {} 5
 peer 192.0.2.3 password simple {}
 peer 192.0.2.3 password cipher {}
 md5-password plain 192.0.2.3 {}
 md5-password cipher 192.0.2.3 {}
 md5-password cipher peer-lsr 192.0.2.3 {}
 key-string plain {}
 key-string cipher {}
  key-string {}
ntp-service authentication-keyid 1 authentication-mode md5 {}
ntp-service authentication-keyid 1 authentication-mode md5 cipher {}
ntp-service authentication-keyid 1 authentication-mode hmac-sha256 cipher {}
 ppp chap password cipher {}
 ppp chap password simple {}
 ppp pap local-user a password cipher {}
 pppoe-client dial-bundle 1 password cipher {}
 pre-shared-key {}
 pre-shared-key cipher {}
 sa encryption-hex esp inbound cipher {}
 sa string-key outbound ah cipher {}
 vrrp vrid 1 authentication-mode simple {}
 vrrp vrid 1 authentication-mode simple cipher {}
 vrrp vrid 1 authentication-mode md5 {}
 vrrp vrid 1 authentication-mode md5 cipher {}
 lacp priority 5 password {}
 wpa2 psk pass-phrase {} aes
 security wpa2 psk pass-phrase {} aes
 wep key 1 wep-40 pass-phrase {}
ssh client key-passphrase {}
ftp client password {}
 portal shared-key cipher {}
 web-auth-server shared-key cipher {}
 url-parameter user-password {}
 dot1x authentication password cipher {}
 pki certificate password cipher {}
 challenge-password cipher {}
hrp authentication-key {}
hrp encryption key {}
 ddns client password {}
 smtp password cipher {}
 remote-copy server 192.0.2.1 password {}
 tunnel password cipher {}
 l2tp tunnel password simple {}
 tunnel authentication cipher {}
 gre key plain {}
 gre key cipher {}
 mac-authen username fixed a password cipher {}
 mac-authen password cipher {}
mac-authen username macaddress password cipher {}
 ldap-server authentication manager-password {}
 ldap-server authentication manager-with-base-dn enable password {}
 info-center loghost 192.0.2.1 ssl-policy p password {}
 transfer ftp://ops:{}@192.0.2.9/a.zip
 description 密码 {}
""",
    "hp_comware": """\
 password hash $h$6${}$abc==
 password cipher $c$3${}
 password simple {}
 password {}
super password role network-admin hash $h$6${}
super password level 3 simple {}
 set authentication password hash $h$6${}
 set authentication password simple {}
snmp-agent community read {}
snmp-agent community read simple {}
snmp-agent community read cipher $c$3${}
snmp-agent community write {} acl 2000
snmp-agent usm-user v3 ops g simple authentication-mode md5 {} privacy-mode aes128 {}
snmp-agent usm-user v3 ops g cipher authentication-mode sha $c$3${} privacy-mode 3des $c$3${}
snmp-agent usm-user v3 ops user-role network-admin authentication-mode md5 {}
snmp-agent target-host trap address udp-domain 192.0.2.9 params securityname {}
 key authentication cipher $c$3${}
 key authentication simple {}
 key accounting {}
 primary authentication 192.0.2.7 key cipher $c$3${}
 primary authentication 192.0.2.7 key simple {}
 primary authorization 192.0.2.7 key {}
 key simple {}
 ospf authentication-mode md5 1 cipher $c$3${}
 ospf authentication-mode md5 1 plain {}
 ospf authentication-mode simple plain {}
 ospf authentication-mode hmac-md5 1 {}
 isis authentication-mode md5 plain {}
 isis authentication-mode md5 {}
 area-authentication-mode simple {}
 rip authentication-mode md5 rfc2453 plain {}
 rip authentication-mode simple {}
 peer 192.0.2.3 password cipher $c$3${}
 peer 192.0.2.3 password simple {}
 key-string plain {}
 key-string cipher $c$3${}
ntp-service authentication-keyid 1 authentication-mode md5 simple {}
ntp-service authentication-keyid 1 authentication-mode md5 cipher $c$3${}
ntp-service authentication-keyid 1 authentication-mode md5 {}
 ppp chap password simple {}
 ppp pap local-user a password cipher $c$3${}
 pre-shared-key simple {}
 pre-shared-key address 192.0.2.1 255.255.255.255 key simple {}
 pre-shared-key address 192.0.2.1 255.255.255.255 key cipher $c$3${}
 pre-shared-key hostname peer key {}
 vrrp vrid 1 authentication-mode simple {}
 vrrp vrid 1 authentication-mode md5 cipher $c$3${}
 vrrp vrid 1 authentication-mode md5 plain {}
 preshared-key pass-phrase simple {}
 preshared-key pass-phrase cipher $c$3${}
 wep key 1 wep40 pass-phrase simple {}
 sa string-key inbound ah simple {}
 sa hex-key authentication inbound ah simple {}
 portal server p ip 192.0.2.1 key simple {}
 ip 192.0.2.1 key simple {}
 ftp client source password {}
 login-password simple {}
 tunnel password simple {}
 authentication-key simple {}
mac-authentication user-name-format fixed account a password simple {}
irf authentication password {}
 url ftp://ops:{}@192.0.2.9/a.cfg
""",
    "cisco_ios": """\
enable secret 5 {}
enable secret 9 $9${}
enable secret {}
enable password {}
enable password 7 {}
enable password level 5 {}
enable algorithm-type scrypt secret {}
username ops password {}
username ops password 7 {}
username ops privilege 15 password 0 {}
username ops privilege 15 secret 5 {}
username ops secret 8 $8${}
username ops algorithm-type sha256 secret {}
 password 7 {}
 password {}
snmp-server community {} RO 10
snmp-server community {} view v1 RW
snmp-server community {}
snmp-server host 192.0.2.9 {}
snmp-server host 192.0.2.9 version 2c {}
snmp-server host 192.0.2.9 traps version 3 priv {}
snmp-server host 192.0.2.9 vrf MGMT informs version 2c {} udp-port 162
snmp-server user ops g v3 auth sha {} priv aes 128 {}
snmp-server user ops g v3 encrypted auth md5 {} priv des {}
tacacs-server key {}
tacacs-server key 7 {}
tacacs-server host 192.0.2.7 key {}
tacacs-server host 192.0.2.7 key 7 {}
radius-server key {}
radius-server key 7 {}
radius-server host 192.0.2.7 auth-port 1812 acct-port 1813 key {}
radius-server host 192.0.2.7 auth-port 1812 acct-port 1813 key 7 {}
 key 7 {}
 key {}
 server-key 7 {}
 client 192.0.2.7 server-key {}
 pac key 7 {}
 neighbor 192.0.2.3 password {}
 neighbor 192.0.2.3 password 7 {}
 ip ospf authentication-key {}
 ip ospf authentication-key 7 {}
 ip ospf message-digest-key 1 md5 {}
 ip ospf message-digest-key 1 md5 7 {}
 area 0 virtual-link 192.0.2.1 message-digest-key 1 md5 {}
 area 0 virtual-link 192.0.2.1 authentication-key {}
 isis password {}
 isis password 7 {} level-2
 area-password {}
 domain-password {}
 key-string {}
 key-string 7 {}
 standby 1 authentication {}
 standby 1 authentication text {}
 standby 1 authentication md5 key-string {}
 standby 1 authentication md5 key-string 7 {}
 vrrp 1 authentication text {}
 vrrp 1 authentication md5 key-string {}
 vrrp 1 authentication {}
 glbp 1 authentication md5 key-string {}
 glbp 1 authentication text {}
ntp authentication-key 1 md5 {}
ntp authentication-key 1 md5 {} 7
 ppp chap password {}
 ppp chap password 7 {}
 ppp pap sent-username ops password 7 {}
crypto isakmp key {} address 192.0.2.1
crypto isakmp key 6 {} address 0.0.0.0
crypto isakmp key {} hostname peer
  pre-shared-key address 0.0.0.0 0.0.0.0 key {}
  pre-shared-key local {}
  pre-shared-key remote 6 {}
  pre-shared-key {}
 set session-key inbound ah 256 {}
 set session-key outbound esp 256 cipher {} authenticator {}
ip ftp password {}
ip ftp password 7 {}
ip http client password {}
ip http client password 7 {}
vtp password {}
vtp password {} hidden
 wpa-psk ascii 0 {}
 wpa-psk ascii 7 {}
 security wpa psk set-key ascii 0 {}
 encryption key 1 size 40bit {} transmit-key
 authentication text {}
 l2tp tunnel password {}
 l2tp tunnel password 7 {}
 license smart transport proxy password {}
 bind authenticate root-dn a password {}
 archive path ftp://ops:{}@192.0.2.9/$h
 mpls ldp neighbor 192.0.2.3 password {}
mpls ldp password option 1 for 10 {}
mpls ldp neighbor 192.0.2.3 password 7 {}
 shared-secret {}
 client-secret {}
 sip-ua authentication username a password 7 {}
 authentication username a password {}
 credentials username a password 7 {} realm b
dot1x credentials password {}
cts credentials id sw password {}
event manager environment _password {}
""",
    "cisco_nxos": """\
username ops password 5 {} role network-admin
username ops password {} role network-admin
username ops passphrase lifetime 99 {}
enable secret 5 {} priv-lvl 15
snmp-server community {} group network-operator
snmp-server community {} ro
snmp-server user ops network-admin auth md5 {} priv {} localizedkey
snmp-server user ops network-admin auth sha {} priv aes-128 {} localizedkey engineID 1:2:3
snmp-server user ops auth sha-256 {} priv aes-128 {} localizedV2key
snmp-server host 192.0.2.9 traps version 2c {}
snmp-server host 192.0.2.9 use-vrf management {}
snmp-server host 192.0.2.9 traps version 3 priv {}
tacacs-server key 7 "{}"
tacacs-server key 0 "{}"
tacacs-server key "{}"
tacacs-server host 192.0.2.7 key 7 "{}"
radius-server key 7 "{}"
radius-server host 192.0.2.7 key 7 "{}" authentication accounting
radius-server host 192.0.2.7 key 6 {} authentication
  ip ospf authentication-key 3 {}
  ip ospf message-digest-key 1 md5 3 {}
  ip ospf message-digest-key 1 md5 {}
    password 3 {}
  neighbor 192.0.2.3 password 3 {}
    key-string 7 {}
  key-string {}
  authentication text {}
    authentication md5 key-string {}
    authentication md5 key-string 7 {}
ntp authentication-key 1 md5 {} 7
ntp authentication-key 1 md5 {}
fcsp dhchap password 7 {}
  key-octet-string 7 {}
  key 1 key-octet-string {} cryptographic-algorithm AES_128_CMAC
macsec keychain k psk {}
feature-set password {}
""",
    "juniper_junos": """\
        encrypted-password "$6$abc${}"; ## SECRET-DATA
        encrypted-password "{}";
            secret "$9${}"; ## SECRET-DATA
            secret "{}";
            authentication-key "$9${}"; ## SECRET-DATA
            authentication-key "{}"; ## SECRET-DATA
snmp {⏎    community {} {⏎        authorization read-only;
snmp {⏎    community "{}" {⏎        authorization read-only;
            pre-shared-key ascii-text "$9${}"; ## SECRET-DATA
            pre-shared-key hexadecimal "{}";
            simple-password "$9${}"; ## SECRET-DATA
            md5 1 key "$9${}"; ## SECRET-DATA
            authentication-password "$9${}"; ## SECRET-DATA
            authentication-password "{}";
            privacy-password "{}";
            privacy-key "{}";
        authentication-key 1 type md5 value "{}";
        archive-sites "ftp://backup:{}@192.0.2.9/configs";
            "ftp://192.0.2.9/configs" password "$9${}"; ## SECRET-DATA
            password "{}"; ## SECRET-DATA
            key "{}"; ## SECRET-DATA
            wpa-psk "{}";
            passphrase "{}";
            chap-secret "$9${}"; ## SECRET-DATA
            pap-password "$9${}";
            local-password "{}";
            shared-secret "{}";
            access-profile-secret "{}"; ## SECRET-DATA
            ssh-rsa-private "{}"; ## SECRET-DATA
            any-new-word "{}"; ## SECRET-DATA
set system root-authentication encrypted-password "$6$abc${}"
set system radius-server 192.0.2.7 secret "$9${}"
set system tacplus-server 192.0.2.7 secret {}
set snmp community {} authorization read-only
set snmp v3 usm local-engine user a authentication-sha authentication-key "$9${}"
set security ike policy p pre-shared-key ascii-text "$9${}"
set protocols ospf area 0 interface ge-0/0/0 authentication md5 1 key "$9${}"
set protocols bgp group g authentication-key "$9${}"
set system ntp authentication-key 1 type md5 value "$9${}"
""",
    "fortinet": """\
        set password ENC {}
        set password {}
        set passwd ENC {}
        set passwd "{}"
        set passphrase ENC {}
        set passphrase "{}"
        set psksecret ENC {}
        set psksecret "{}"
        set secret ENC {}
        set secret "{}"
        set key ENC {}
        set key "{}"
        set auth-pwd ENC {}
        set auth-pwd "{}"
        set priv-pwd ENC {}
        set password2 ENC {}
        set secondary-secret ENC {}
        set tertiary-secret ENC {}
        set ldap-password "{}"
        set radius-secret "{}"
        set sso-password "{}"
        set proxy-password "{}"
        set md5-key "{}"
        set authentication-key ENC {}
        set key-string ENC {}
        set api-key ENC {}
        set api-key "{}"
        set auth-key "{}"
        set token "{}"
        set access-key "{}"
        set secret-key ENC {}
        set client-secret ENC {}
        set client-secret "{}"
        set email-password "{}"
        set fabric-device-password ENC {}
        set group-password ENC {}
        set ha-password ENC {}
        set wpa-psk ENC {}
        set sae-password ENC {}
        set login-passwd ENC {}
        set ppp-password ENC {}
        set private-key "-----BEGIN ENCRYPTED PRIVATE KEY-----⏎{}⏎-----END ENCRYPTED PRIVATE KEY-----"
        set private-key "{}"
        set community "{}"
        set url "ftp://ops:{}@192.0.2.9/a"
#private-encryption-key={}
""",
    "linux_netplan": """\
          password: "{}"
          password: {}
            auth: {key-management: psk, password: "{}"}
            client-key-password: "{}"
            psk: {}
""",
    "linux_ifcfg": """\
WPA_PSK="{}"
WPA_PSK='{}'
WPA_PSK="{} {}"
KEY1={}
KEY_PASSPHRASE1="{}"
IEEE_8021X_PASSWORD="{}"
IEEE_8021X_PRIVATE_KEY_PASSWORD={}
PASSWORD={}
""",
    "linux_crontab": """\
0 2 * * * root backup --password={} /srv
0 2 * * * root backup --password {} /srv
0 2 * * * root mysqldump -u root -p{} db
0 2 * * * root PGPASSWORD={} pg_dump db
0 2 * * * root curl -u ops:{} https://192.0.2.9/
0 2 * * * root curl --user ops:{} https://192.0.2.9/
0 2 * * * root curl -H "Authorization: Bearer {}" https://192.0.2.9/
0 2 * * * root wget https://ops:{}@192.0.2.9/
0 2 * * * root sshpass -p {} ssh ops@192.0.2.9
0 2 * * * root snmpget -v2c -c {} 192.0.2.9 sysUpTime.0
API_TOKEN={}
MYSQL_PWD={}
""",
    "linux_users": """\
ops:$6$abc${}:1000:1000::/home/ops:/bin/bash
ops:{}:1000:1000::/home/ops:/bin/bash
wheel:{}:10:ops
""",
    "cisco_asa": """\
enable password {} encrypted
enable password {} pbkdf2
passwd {} encrypted
username ops password {} encrypted privilege 15
username ops password {} pbkdf2 privilege 15
snmp-server community {}
snmp-server community 8 {}
snmp-server host inside 192.0.2.9 community {} version 2c
snmp-server host inside 192.0.2.9 community 8 {}
snmp-server user ops g v3 encrypted auth sha {} priv aes 128 {}
 key {}
 key 8 {}
 ikev1 pre-shared-key {}
 ikev2 remote-authentication pre-shared-key {}
 ikev2 local-authentication pre-shared-key 8 {}
 pre-shared-key {}
failover key {}
failover key hex {}
failover ipsec pre-shared-key {}
 ldap-login-password {}
 ospf message-digest-key 1 md5 {}
 ospf authentication-key {}
 neighbor 192.0.2.3 password {}
ntp authentication-key 1 md5 {}
ntp authentication-key 1 md5 8 {}
 vpdn username a password {}
isakmp key {} address 192.0.2.1
""",
    "ruijie": """\
enable secret 5 {}
enable secret {}
enable password 7 {}
enable service web-server password {}
username ops password 7 {}
username ops secret 5 {}
username ops privilege 15 password {}
snmp-server community {} rw
snmp-server community 7 {} ro
snmp-server host 192.0.2.9 traps version 2c {}
snmp-server user ops g v3 auth sha {} priv aes128 {}
radius-server host 192.0.2.7 key 7 {}
radius-server key {}
tacacs-server key 7 {}
 ip ospf message-digest-key 1 md5 7 {}
 neighbor 192.0.2.3 password 7 {}
 web-auth portal key {}
 key-string 7 {}
 login password 7 {}
 password 7 {}
""",
    "hillstone": """\
admin user "hillstone" password {}
  password {}
  password "{}"
  pre-share "{}"
  psk-sha256 "{}"
  secret "{}"
  secret {}
snmp-server community "{}" ro
snmp-server host 192.0.2.9 community "{}"
snmp-server user ops group g v3 remote 192.0.2.1 auth-protocol md5 {} enc-protocol des {}
  authentication md5 key {}
ha link encryption key "{}"
""",
    "nut": """\
password = {}
  password = "{}"
community = {}
authPassword = "{}"
privPassword = {}
""",
    "frr": """\
password {}
enable password {}
password 8 {}
 neighbor 192.0.2.3 password {}
 ip ospf authentication-key {}
 ip ospf message-digest-key 1 md5 {}
 key-string {}
 isis password md5 {}
 area-password clear {}
 ip rip authentication string {}
""",
}
TABLE = [(name, form) for name, text in FORMS.items() for form in text.splitlines()]


@pytest.mark.parametrize(("name", "form"), TABLE, ids=str)
def test_t35_no_form_of_a_secret_is_shown(name: str, form: str) -> None:
    pack = shipped(name)
    for shape in SHAPES:
        if "://" in form and shape == SIGNS:
            continue  # a sign that an address would write as %23
        text = form.replace("⏎", "\n").replace("{}", shape)
        kept = redacted(text, pack)
        assert shape not in "\n".join(kept.lines), shape
        assert shape not in repr(diff(f"{text}\n", f"{text}x\n", pack)), shape
